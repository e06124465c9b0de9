package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/assets/licences"
)

// Whoever is linked is named, with the words of the licence.
func TestEachModuleHasItsLicence(t *testing.T) {
	modules, err := linked()
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, m := range modules {
		want = append(want, m.path)
	}
	for _, l := range licences.All() {
		got = append(got, l.Module)
		if l.Names == "" || !strings.Contains(strings.ToLower(l.Text()), "copyright") {
			t.Errorf("%s: %q, and a text of %d bytes", l.Module, l.Names, len(l.Text()))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("there are licences of %q, and linked is %q: run make licences", got, want)
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"Apache License\n   Version 2.0, January 2004":                                     "Apache-2.0",
		"Redistribution and use in source\nand binary forms, with or without modification": "BSD-2-Clause",
		"Redistribution and use in source and binary forms\nNeither the name of":           "BSD-3-Clause",
		"All rights reserved.": "",
	} {
		if got := strings.Join(namesIn(text), ", "); got != want {
			t.Errorf("namesIn(%q) = %q, want %q", text, got, want)
		}
	}
}
