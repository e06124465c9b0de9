package update

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Keys are the public keys that a manifest may be signed with. There are several while one takes the place of another.
// None: there are no updates.
type Keys []ed25519.PublicKey

// ParseKeys reads keys as they are compiled in: base64 of 32 bytes each, with commas between them. An empty text has
// none. Its error quotes the text, which is public.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(part)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("update key %q: is not 32 bytes in base64", part)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// KeyID names a key: the first 8 bytes of its SHA-256, in hexadecimal.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// Sign makes one line of a manifest's signature file: the key's name, and the signature of exactly these bytes.
func Sign(manifest []byte, key ed25519.PrivateKey) string {
	return KeyID(key.Public().(ed25519.PublicKey)) + " " +
		base64.StdEncoding.EncodeToString(ed25519.Sign(key, manifest)) + "\n"
}

// mostSignatures bounds the lines of a signature file.
const mostSignatures = 8

// Verify reports by its error whether one of the keys has signed exactly these bytes. signatures is a file of lines as
// [Sign] makes them, one for each key: a manifest that is signed with the old and the new key is read by old and new
// programs. A line of one of our keys that does not fit is an error, whatever the others say.
func (keys Keys) Verify(manifest []byte, signatures string) error {
	known, lines := 0, 0
	for line := range strings.Lines(signatures) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if lines++; lines > mostSignatures {
			return fail(Unsigned, "signature: more than %d lines", mostSignatures)
		}
		id, text, ok := strings.Cut(line, " ")
		signature, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(signature) != ed25519.SignatureSize {
			return fail(Unsigned, "signature: line %d is no key's name and signature", lines)
		}
		i := slices.IndexFunc(keys, func(k ed25519.PublicKey) bool { return KeyID(k) == id })
		if i < 0 {
			continue
		}
		if !ed25519.Verify(keys[i], manifest, signature) {
			return fail(Unsigned, "signature: it is not that of key %s for this manifest", id)
		}
		known++
	}
	switch {
	case lines == 0:
		return fail(Unsigned, "signature: there is none")
	case known == 0:
		return fail(UnknownKey, "signature: by none of the keys that this program knows")
	}
	return nil
}
