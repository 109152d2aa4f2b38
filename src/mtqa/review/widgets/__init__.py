"""What the review screen is made of."""
