package config_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

const password = "hunter2-correct-horse"

func TestASecretIsShownByNothingButReveal(t *testing.T) {
	t.Parallel()
	type hidden struct{ inner config.Secret }
	secret := config.NewSecret(password)
	values := map[string]any{
		"value": secret, "pointer": &secret, "slice": []config.Secret{secret},
		"map": map[string]config.Secret{"k": secret}, "key": map[config.Secret]int{secret: 1},
		"unexported field": hidden{secret}, "pointer to it": &hidden{secret},
		"config": config.Config{Database: config.Database{URL: secret}},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var printed strings.Builder
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%t", "%f", "%p", "%10s"} {
				fmt.Fprintf(&printed, verb+"\n", value)
			}
			for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
				slog.New(handler).Info("shown", "it", value)
			}
			if encoded, err := json.Marshal(value); err == nil {
				printed.Write(encoded)
			}
			if encoded, err := yaml.Marshal(value); err == nil {
				printed.Write(encoded)
			}
			if encoded, err := xml.Marshal(value); err == nil {
				printed.Write(encoded)
			}
			fmt.Fprint(&printed, errors.Join(fmt.Errorf("wrapped: %v", value)))
			hexed := fmt.Sprintf("%x", password)
			if s := printed.String(); strings.Contains(s, password) || strings.Contains(strings.ToLower(s), hexed) {
				t.Errorf("the secret is in:\n%s", s)
			}
		})
	}
	if secret.Reveal() != password {
		t.Errorf("Reveal() = %q", secret.Reveal())
	}
}

func TestAnEmptySecretIsToldApartFromARedactedOne(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_ = json.NewEncoder(&out).Encode([]config.Secret{{}, config.NewSecret(""), config.NewSecret("x")})
	if got, want := strings.TrimSpace(out.String()), `["","","[redacted]"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !config.NewSecret("").IsZero() || config.NewSecret("x").IsZero() {
		t.Error("IsZero does not tell them apart")
	}
}
