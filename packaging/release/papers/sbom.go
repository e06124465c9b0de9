package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/assets/licences"
)

// A cycloneDX is a bill of materials, as https://cyclonedx.org/docs/1.5/json/ has it.
type cycloneDX struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string       `json:"type"` // application or library
	Ref        string       `json:"bom-ref"`
	Name       string       `json:"name"`
	Version    string       `json:"version"`
	Hashes     []hash       `json:"hashes,omitempty"`
	Licences   []expression `json:"licenses,omitempty"`
	PURL       string       `json:"purl,omitempty"`
	Properties []property   `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// An expression names a component's licences, in SPDX.
type expression struct {
	Expression string `json:"expression"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn,omitempty"`
}

// bill lists the programs of a release, what is linked into which, and under which licences.
func bill(version string, at time.Time, programs []program) (*cycloneDX, error) {
	names := make(map[string][]expression)
	for _, l := range licences.All() {
		names[l.Module] = []expression{{expressionOf(l.Names)}}
	}
	release := component{Type: "application", Ref: "drawbridge@" + version, Name: "drawbridge", Version: version,
		Licences: names[own], PURL: "pkg:golang/" + own + "@" + version}
	b := &cycloneDX{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{at.Format(time.RFC3339), release}}
	all := dependency{Ref: release.Ref}
	var libraries []module
	for _, p := range programs {
		content, err := os.ReadFile(p.path)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		digest := hex.EncodeToString(sum[:])
		// Several packages may hold the same program, and others of that name for the same platform.
		ref := p.name + "@" + version + "#" + p.platform + "#" + digest[:16]
		if slices.Contains(all.On, ref) {
			continue
		}
		all.On = append(all.On, ref)
		b.Components = append(b.Components, component{Type: "application", Ref: ref, Name: p.name, Version: version,
			Hashes: []hash{{"SHA-256", digest}}, Licences: names[own],
			Properties: []property{{"drawbridge:platform", p.platform}}})
		on := dependency{Ref: ref}
		for _, m := range p.modules() {
			on.On = append(on.On, m.purl())
			if !slices.Contains(libraries, m) {
				libraries = append(libraries, m)
			}
		}
		b.Dependencies = append(b.Dependencies, on)
	}
	slices.SortFunc(libraries, func(a, b module) int { return strings.Compare(a.purl(), b.purl()) })
	for _, m := range libraries {
		b.Components = append(b.Components, component{Type: "library", Ref: m.purl(), Name: m.path, Version: m.version, Licences: names[m.path], PURL: m.purl()})
	}
	b.Dependencies = append([]dependency{all}, b.Dependencies...)
	b.Serial = serial(version, all.On)
	return b, nil
}

// purl is the module's package URL.
func (m module) purl() string {
	if m.path == "go" {
		return "pkg:golang/std@" + m.version
	}
	return "pkg:golang/" + m.path + "@" + strings.ReplaceAll(m.version, "+", "%2B")
}

// expressionOf makes one SPDX expression of the names in a list. What SPDX has another name for is a reference.
func expressionOf(list string) string {
	parts := strings.Split(list, ", ")
	for i, name := range parts {
		if name == "Bitstream-Vera" {
			parts[i] = "LicenseRef-" + name
		}
	}
	return strings.Join(parts, " AND ")
}

// serial is a UUID that the same release always has: RFC 9562's version 8, of a checksum.
func serial(version string, programs []string) string {
	sum := sha256.Sum256([]byte(version + "\n" + strings.Join(programs, "\n")))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
