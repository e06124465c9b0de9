// Package words holds what tray and window say, one file for each language. Package app/words reads them.
package words

import "embed"

// English is en.toml alone, for programs that speak no other language.
//
//go:embed en.toml
var English []byte

// Files holds TAG.toml for each language, TAG as in BCP 47. English has every key.
//
//go:embed *.toml
var Files embed.FS
