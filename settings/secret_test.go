package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestASecretShowsNowhere(t *testing.T) {
	const text = "hunter2"
	s := v1()
	s.Login.Password = text
	s.Profiles[0].Password = text

	shown := map[string]string{"TOML": s.TOML()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "% x", "%#x"} {
		shown["secret "+verb] = fmt.Sprintf(verb, s.Login.Password)
		shown["pointer "+verb] = fmt.Sprintf(verb, &s.Login)
		shown["settings "+verb] = fmt.Sprintf(verb, s)
	}
	asJSON, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	shown["json"] = string(asJSON)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("text", "login", s.Login, "secret", s.Login.Password, "all", s)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "login", s.Login, "secret", s.Login.Password, "all", s)
	shown["log"] = log.String()
	shown["error"] = fmt.Errorf("%v", s.Login.Password).Error()

	for where, got := range shown {
		if strings.Contains(got, text) || strings.Contains(strings.ToLower(got), fmt.Sprintf("%x", text)) {
			t.Errorf("%s shows it: %s", where, got)
		}
	}
	if got := s.Login.Password.Reveal(); got != text {
		t.Errorf("Reveal() = %q", got)
	}
	for _, verb := range []string{"%v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, s.Login.Password); got != "***" {
			t.Errorf("%s = %q, want ***", verb, got)
		}
		if got := fmt.Sprintf(verb, Secret("")); got != "" {
			t.Errorf("%s of an empty one = %q", verb, got)
		}
	}
}
