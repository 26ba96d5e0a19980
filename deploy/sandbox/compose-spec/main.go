// Reads a Compose file with the library by which Docker Compose does (schema, variables, references, profiles), and
// prints what it makes of it as JSON. The library's own command passes on no variables.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv, cli.WithDefaultProfiles())
	exitOn(err)
	project, err := options.LoadProject(context.Background())
	exitOn(err)
	exitOn(json.NewEncoder(os.Stdout).Encode(project))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
