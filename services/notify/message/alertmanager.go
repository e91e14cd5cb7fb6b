package message

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// momentary is how long an Alertmanager takes what has no end for true.
const momentary = time.Hour

// postableAlert is one of those that POST /api/v2/alerts takes.
type postableAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

// Alert is the body for an Alertmanager. It knows an alert by its labels: those of an end
// are those of the beginning.
func Alert(m Message) ([]byte, error) {
	noun, _, _ := strings.Cut(m.Key, "/")
	a := postableAlert{
		Labels: map[string]string{
			"alertname": "Evenkeel" + title(noun), "evenkeel_matter": m.Key, "severity": severity(m.BeginUrgency), "subject": line(m.Begin.Subject),
		},
		Annotations:  map[string]string{"summary": line(m.Title), "description": m.Text},
		StartsAt:     m.Begin.At,
		GeneratorURL: m.URL(),
	}
	for name, value := range map[string]string{"team": m.BeginTeam, "service": m.BeginService} {
		if value != "" {
			a.Labels[name] = value
		}
	}
	switch {
	case m.Over:
		a.EndsAt = m.At
	case !m.Until.IsZero():
		a.EndsAt = m.Until
	default:
		a.EndsAt = m.Now.Add(momentary)
	}
	return json.Marshal([]postableAlert{a})
}

func title(noun string) string {
	if noun == "" {
		return "Event"
	}
	return strings.ToUpper(noun[:1]) + noun[1:]
}

// severity is an urgency in the words that Alertmanager's and PagerDuty's users have.
func severity(u event.Urgency) string {
	switch u {
	case event.Interrupt:
		return "critical"
	case event.Soon:
		return "warning"
	default:
		return "info"
	}
}
