// Reads rdjson from standard input with reviewdog's own parser, and writes what it understood as JSON lines.
package main

import (
	"fmt"
	"os"

	"github.com/reviewdog/reviewdog/parser"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	diagnostics, err := parser.NewRDJSONParser().Parse(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, diagnostic := range diagnostics {
		line, err := protojson.Marshal(diagnostic)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(string(line))
	}
}
