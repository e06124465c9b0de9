package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/drawbridge-app/drawbridge/app/update"
)

// makeKey writes a new private key to a file that is not there yet, for its owner's eyes alone, and prints the public one.
func makeKey(at string, out io.Writer) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(file, base64.StdEncoding.EncodeToString(private.Seed())); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s  %s\n", base64.StdEncoding.EncodeToString(public), update.KeyID(public))
	return err
}

// readKey reads a private key. Its errors quote nothing of it.
func readKey(at string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(at)
	if err != nil {
		return nil, err
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s: is no private key", at)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
