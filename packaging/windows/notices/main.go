// Notices prints the licences of all that is linked into the programs.
package main

import (
	"fmt"
	"strings"

	"github.com/drawbridge-app/drawbridge/assets/licences"
)

func main() {
	for _, l := range licences.All() {
		fmt.Printf("%[1]s\n%[2]s (%[3]s)\n%[1]s\n\n%[4]s\n\n", strings.Repeat("=", 80), l.Module, l.Names, strings.TrimSpace(l.Text()))
	}
}
