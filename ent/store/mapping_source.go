package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/source"
)

// sourceSettings is what of a data source is only read with the whole, as it is
// stored. Its members are only ever added to.
type sourceSettings struct {
	Scheme           string          `json:"scheme"`
	Username         string          `json:"username,omitempty"`
	Secret           string          `json:"secret,omitempty"`
	CA               string          `json:"ca,omitempty"`
	Certificate      string          `json:"certificate,omitempty"`
	Key              string          `json:"key,omitempty"`
	ServerName       string          `json:"serverName,omitempty"`
	Tenant           string          `json:"tenant,omitempty"`
	TimeoutUs        int64           `json:"timeoutUs"`
	Concurrency      int             `json:"concurrency"`
	DelayUs          int64           `json:"delayUs"`
	Matchers         []sourceMatcher `json:"matchers,omitempty"`
	MatchersRequired bool            `json:"matchersRequired,omitempty"`
}

type sourceMatcher struct {
	Team  string `json:"team,omitempty"`
	Label string `json:"label"`
	Op    string `json:"op"`
	Value string `json:"value"`
}

func toDBSettings(s source.Source) (string, error) {
	settings := sourceSettings{
		Scheme: string(s.Auth.Scheme), Username: s.Auth.Username, Secret: s.Auth.Secret,
		CA: s.TLS.CA, Certificate: s.TLS.Certificate, Key: s.TLS.Key, ServerName: s.TLS.ServerName, Tenant: s.Tenant,
		TimeoutUs: s.Timeout.Microseconds(), Concurrency: s.Concurrency, DelayUs: s.Delay.Microseconds(),
		MatchersRequired: s.MatchersRequired,
	}
	for _, m := range s.Matchers {
		settings.Matchers = append(settings.Matchers, sourceMatcher{Team: string(m.Team), Label: m.Label, Op: m.Op, Value: m.Value})
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("spell the settings of a data source: %w", err)
	}
	return string(text), nil
}

func fromDBSource(row *db.DataSource) (source.Source, error) {
	var settings sourceSettings
	if err := json.Unmarshal([]byte(row.Settings), &settings); err != nil {
		return source.Source{}, fmt.Errorf("read the settings of the data source %s: %w", row.ID, err)
	}
	s := source.Source{
		ID: id.ID(row.ID), Slug: row.Slug, Name: row.Name, Description: row.Description, Kind: source.Kind(row.Kind),
		Access: source.Access{
			Address: row.Address,
			Auth:    source.Auth{Scheme: source.Scheme(settings.Scheme), Username: settings.Username, Secret: settings.Secret},
			TLS:     source.TLS{CA: settings.CA, Certificate: settings.Certificate, Key: settings.Key, ServerName: settings.ServerName},
			Tenant:  settings.Tenant,
		},
		Limits: source.Limits{
			Timeout:     time.Duration(settings.TimeoutUs) * time.Microsecond,
			Concurrency: settings.Concurrency,
			Delay:       time.Duration(settings.DelayUs) * time.Microsecond,
		},
		MatchersRequired: settings.MatchersRequired,
		CreatedAt:        utc(row.CreatedAt), UpdatedAt: utc(row.UpdatedAt), RetiredAt: utcOrNil(row.RetiredAt), Version: row.Version,
	}
	for _, m := range settings.Matchers {
		s.Matchers = append(s.Matchers, source.Matcher{Team: id.ID(m.Team), Label: m.Label, Op: m.Op, Value: m.Value})
	}
	return s, nil
}

func fromDBHealth(row *db.DataSource) source.Health {
	return source.Health{
		SucceededAt: utcOrNil(row.SucceededAt), FailedAt: utcOrNil(row.FailedAt), FailingSince: utcOrNil(row.FailingSince), Failure: row.Failure,
	}
}
