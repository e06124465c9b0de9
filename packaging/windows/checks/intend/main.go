// Intend sends the owner of the bridge intents, each named by its verb, as the window's buttons do, and prints what is
// known of a newer version once nothing is done about it any more, a line for each intent.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "intend: %v\n", err)
		os.Exit(1)
	}
}

func run(verbs []string) error {
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	path, err := control.Path()
	if err != nil {
		return err
	}
	owner := control.Dial(path)
	for _, verb := range verbs {
		if err := owner.Do(ctx, app.Intent{Verb: app.Verb(verb)}); err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
		if verb == string(app.Quit) { // it knows nothing any more
			return nil
		}
		s, err := settled(ctx, owner)
		if err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(s.Update); err != nil {
			return err
		}
	}
	return nil
}

// settled waits until nothing is looked for or downloaded.
func settled(ctx context.Context, owner *control.Client) (app.State, error) {
	const pause = 50 * time.Millisecond
	for {
		s, err := owner.State(ctx)
		if err != nil || s.Update.Doing == "" {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-time.After(pause):
		}
	}
}
