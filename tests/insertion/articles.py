"""Articles written for these tests, each with a ``{}`` where a clause can be put in."""

UNION = """The city federation of trade unions met on Tuesday to plan its work for the coming year.
Delegates from ninety workplaces heard a report on wages, overtime and the rights of migrant workers. Many \
members said that contracts are signed late and that employers pay social insurance only for part of the \
staff. The chairman promised more legal aid, and a hotline where workers can report unpaid wages.
The federation will send officials into workshops and construction sites to listen to complaints, {} and to \
help elect grassroots representatives. Last year it settled four hundred labour disputes, and recovered \
eleven million in wages owed to employees. Women members asked for better maternity protection and for \
nurseries near the factories.
A training school for union cadres opens in March. It offers courses on collective bargaining, safety at \
work and the labour law, and skilled workers may take part in a contest for the title of model worker. The \
federation also plans to visit retired members at the spring festival, to support families in hardship and \
to pay for medical checks.
In closing, the delegates elected a new committee and adopted a resolution that calls on every enterprise to \
negotiate with its workers in good faith and to respect the dignity of labour.
"""

FLOOD = """Heavy rain flooded the lower quarters of the town on Saturday night and drove hundreds of families from \
home.
The river rose by two metres within six hours, broke through the dyke at the old mill and swept across \
fields and roads. Firefighters rescued people from rooftops with boats, and volunteers filled sandbags until \
dawn. Nobody was killed, but the hospital treated thirty residents for cold and exhaustion.
The mayor declared an emergency, opened two schools as shelters, {} and asked the army for pumps. \
Electricity failed in most districts, and drinking water had to be brought by tank trucks from the \
neighbouring county. Farmers lost cattle, crops and machinery; insurers expect claims for a thousand damaged \
houses.
Meteorologists had warned of the storm on Friday, yet the warning reached many villages too late. Engineers \
now want to raise the dykes, widen the channel and build a reservoir in the valley upstream. Environmental \
groups say that the floodplain should never have been built upon and that forests on the slopes would hold \
back the water.
By Monday the river had fallen again. Residents shovelled mud from cellars, and the town council promised \
help with the repairs, rent for the homeless and a study of what went wrong.
"""

BALLET = """The national ballet opened its season with a new production that divided critics and delighted the audience.
The choreographer, who danced with the company for twelve years, sets the old fairy tale in a railway \
station. The dancers leap over suitcases, waltz with porters and fall asleep on benches, while the orchestra \
plays the familiar score at a daring speed. The costumes are grey until the final act, when the whole stage \
bursts into colour.
The leading ballerina gave a moving performance, light in her jumps, {} and precise in every turn. Her \
partner was less certain: twice he missed a lift, and his solo in the second act drew only polite applause. \
The corps, however, was splendid, and the conductor took a bow to loud cheers.
Some spectators disliked the modern setting and the film that is shown behind the dancers. Others praised \
the courage of the director, who wants to bring a younger public into the theatre. Tickets for the first ten \
evenings were sold out within a day, and a tour to three festivals is planned for the summer.
After the premiere the company celebrated in the foyer with musicians, singers and actors of the house. The \
critic of the morning paper wrote that he had not seen such joy on this stage for a decade.
"""

COURT = """The regional court has sentenced a former treasurer to four years in prison for fraud and forgery.
The judges found that the defendant moved money from a charity to accounts of his own over a period of six \
years. He forged receipts, invented donors and deceived the auditors with false statements. The prosecutor \
had demanded five years, while the defence lawyer asked for a suspended sentence because his client had \
confessed.
Witnesses told the court that the accused lived modestly, {} and that nobody suspected him. A bank clerk \
noticed the transfers by chance and informed the police. Investigators searched his flat, seized documents \
and a computer, and found evidence of forty offences. The charity says that it lost two million and had to \
close a shelter for children.
In his last word the defendant apologised to the victims and said that gambling debts had driven him. The \
presiding judge called the crime a betrayal of trust, but accepted that the man had cooperated with the \
inquiry and had repaid a part of the damage. The verdict is not yet final; both sides may appeal within two \
weeks.
The ministry of justice announced stricter rules for the supervision of charities, and a lawmaker proposed \
that accounts be examined every year by independent experts.
"""

SCHOOL = """Pupils of the village school will soon learn in a building that they helped to design.
The old schoolhouse had two classrooms, a leaking roof and no library, so lessons were often held in the \
church hall. Parents and teachers campaigned for ten years until the education board granted the money. An \
architect asked the children what they wished for, and they drew reading corners, a garden and a staircase \
with a slide.
The headteacher says that small classes, {} and quiet rooms make learning easier. Each classroom opens to a \
terrace, the canteen cooks with vegetables from the garden, and a workshop serves science lessons in the \
morning and adults in the evening. Pupils with disabilities can reach every floor by a lift.
Teachers have also changed the timetable. Lessons begin at half past eight, homework is done at school, and \
older pupils tutor the younger ones in reading and arithmetic. Examination results have improved, and fewer \
teenagers leave without a diploma. A university follows the project and will compare the marks with those of \
other schools.
The opening is planned for September with a concert of the school choir, a play and an exhibition of \
drawings. Former pupils from three generations have been invited by the teachers.
"""

ARTICLES = {"union": UNION, "flood": FLOOD, "ballet": BALLET, "court": COURT, "school": SCHOOL}
