package hook

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/incident"
)

func TestANameIsComparedAsALabel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"API Service": "api-service", "api_service": "api-service", " (Payments)  API/v2 ": "payments-api-v2", "支払い": "", "--": "", "Größe": "gr-e",
		strings.Repeat("a", 62) + " b": strings.Repeat("a", 62), strings.Repeat("ab", 40): strings.Repeat("ab", 31) + "a",
	} {
		if got := labelOf(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestTheSettingsStandBeforeWhatANameSeemsToMean(t *testing.T) {
	t.Parallel()
	s := Settings{Services: map[string]string{"PF9KMXH": "checkout", "API Service": "ledger", "支払い": "payments", "tagged": "mail"}}
	for _, c := range []struct {
		named Named
		want  []string
	}{
		{Named{ID: "PF9KMXH", Name: "API Service"}, []string{"checkout", "ledger", "api-service"}},
		{Named{ID: "pf9kmxh"}, []string{"checkout"}}, // as an environment variable has it
		{Named{ID: "other", Name: "api_service"}, []string{"ledger", "api-service"}},
		{Named{Name: "支払い"}, []string{"payments"}},
		{Named{Name: "Finder"}, []string{"finder"}},
		{Named{Name: "Finder", Hint: true}, nil},
		{Named{Name: "Tagged", Hint: true}, []string{"mail"}},
		{Named{}, nil},
	} {
		if got := s.slugs(c.named); !slices.Equal(got, c.want) {
			t.Errorf("%+v is one of %q, want %q", c.named, got, c.want)
		}
	}
}

// The severities are those that the guide documents.
func TestASeverityIsThatOfThePriority(t *testing.T) {
	t.Parallel()
	own := Settings{Severities: map[string]string{"P1": "sev2", "on fire": "sev1", "default": "sev4"}}
	for _, c := range []struct {
		settings Settings
		names    []string
		want     incident.Severity
	}{
		{Settings{}, []string{"P1", "low"}, "sev1"}, {Settings{}, []string{"high"}, "sev2"}, {Settings{}, []string{"Medium"}, "sev3"}, {Settings{}, []string{"Lowest"}, "sev4"},
		{Settings{}, []string{"strange", "low"}, "sev4"}, {Settings{}, []string{"strange"}, "sev3"}, {Settings{}, nil, ""}, {Settings{}, []string{"SEV-1"}, "sev1"},
		{own, []string{"P1"}, "sev2"}, {own, []string{"On Fire"}, "sev1"}, {own, []string{"P2"}, "sev2"}, {own, []string{"strange"}, "sev4"}, {own, nil, ""},
	} {
		if got := c.settings.severity(c.names); got != c.want {
			t.Errorf("%q by %v is %q, want %q", c.names, c.settings.Severities, got, c.want)
		}
	}
}

func TestTimesThatCannotBeAreTidied(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	in := func(minutes int) *time.Time { at := now.Add(time.Duration(minutes) * time.Minute); return &at }
	got := Report{
		ToldAt: *in(1), Status: incident.Resolved, ImpactStart: *in(-10), ImpactEnd: in(-20), DetectedAt: in(-30), MitigatedAt: in(-5), ResolvedAt: in(5),
	}.tidied(now)
	if !got.ToldAt.Equal(now) || got.ImpactEnd != nil || !got.DetectedAt.Equal(*in(-10)) || !got.MitigatedAt.Equal(*in(-5)) || !got.ResolvedAt.Equal(now) {
		t.Errorf("tidied it is %+v", got)
	}
	if open := (Report{Status: incident.Investigating, ResolvedAt: in(-1)}).tidied(now); open.ResolvedAt != nil {
		t.Errorf("what goes on was resolved at %s", open.ResolvedAt)
	}
}
