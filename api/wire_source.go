package api

import "time"

// DataSource is a place that measurements are read from. It names secrets, and
// holds none.
type DataSource struct {
	ID               string        `json:"id" doc:"Identifier (ULID)."`
	Slug             string        `json:"slug" doc:"Name in URLs." example:"prometheus-eu"`
	Name             string        `json:"name" example:"Prometheus, Europe"`
	Description      string        `json:"description"`
	Kind             string        `json:"kind" enum:"prometheus,adapter" doc:"What it speaks."`
	Address          string        `json:"address" example:"http://127.0.0.1:9090"`
	Auth             SourceAuth    `json:"auth"`
	TLS              SourceTLS     `json:"tls"`
	Tenant           string        `json:"tenant" doc:"Sent as X-Scope-OrgID; empty when no such header is sent."`
	TimeoutSeconds   int64         `json:"timeoutSeconds" doc:"Of one request."`
	Concurrency      int           `json:"concurrency" doc:"How many requests may be under way at once."`
	DelaySeconds     int64         `json:"delaySeconds" doc:"How long after its end a slot is first read."`
	Matchers         []TeamMatcher `json:"matchers" doc:"Added to every selector of a team's queries."`
	MatchersRequired bool          `json:"matchersRequired" doc:"Teams without a matcher may not read from it."`
	Health           SourceHealth  `json:"health"`
	SLOs             int           `json:"slos" doc:"How many SLOs are read from it."`
	CreatedAt        time.Time     `json:"createdAt"`
	UpdatedAt        time.Time     `json:"updatedAt"`
	RetiredAt        *time.Time    `json:"retiredAt" nullable:"true" doc:"When it was retired and asked no more; null while it is."`
	Version          int64         `json:"version" doc:"Grows with each change of what was declared; also the ETag. Health changes without it."`
}

// SourceAuth says how a data source knows who asks.
type SourceAuth struct {
	Scheme   string `json:"scheme,omitempty" enum:"none,bearer,basic" default:"none" example:"none"`
	Username string `json:"username,omitempty" doc:"Of basic."`
	Secret   string `json:"secret,omitempty" doc:"Name of the secret that is the token, or the password: an RFC 1123 label, by which a file in secretsDir, or a variable EVENKEEL_SECRET_…, is looked up. Never the secret itself."`
}

// SourceTLS names the certificates of an https address, all of them optional.
type SourceTLS struct {
	CA          string `json:"ca,omitempty" doc:"Name of the secret with the authority's certificates in PEM; the system's authorities when left out."`
	Certificate string `json:"certificate,omitempty" doc:"Name of the secret with Evenkeel's certificate in PEM."`
	Key         string `json:"key,omitempty" doc:"Name of the secret with its key in PEM."`
	ServerName  string `json:"serverName,omitempty" doc:"The name that the certificate has to be for, when not the address's."`
}

// TeamMatcher is a label that selectors have to have.
type TeamMatcher struct {
	Team  *Ref   `json:"team,omitempty" doc:"The team whose queries get it; absent for those of every team."`
	Label string `json:"label" example:"namespace"`
	Op    string `json:"op" enum:"=,=~"`
	Value string `json:"value" doc:"$team in it stands for the slug of the team that asks." example:"$team"`
}

// TeamMatcherInput is a label that selectors are to have.
type TeamMatcherInput struct {
	Team  string `json:"team,omitempty" doc:"Slug or identifier of the team whose queries get it; leave it out for those of every team." example:"payments"`
	Label string `json:"label" doc:"Name of a label." example:"namespace"`
	Op    string `json:"op" enum:"=,=~" doc:"=~ is an RE2 expression, anchored at both ends." example:"="`
	Value string `json:"value" doc:"Not empty. $team in it stands for the slug of the team that asks." example:"$team"`
}

// SourceHealth is how a data source last answered when it was asked for measurements.
type SourceHealth struct {
	State        string     `json:"state" enum:"unknown,ok,failing" doc:"unknown until it is first asked."`
	SucceededAt  *time.Time `json:"succeededAt" nullable:"true" doc:"When it last answered."`
	FailedAt     *time.Time `json:"failedAt" nullable:"true" doc:"When it last failed to."`
	FailingSince *time.Time `json:"failingSince" nullable:"true" doc:"Since when it fails; null while it answers."`
	Failure      string     `json:"failure" doc:"What failed last."`
}

// DataSourceInput is what is declared of a data source.
type DataSourceInput struct {
	Slug             string             `json:"slug" doc:"RFC 1123 label, at most 63 characters." example:"prometheus-eu"`
	Name             string             `json:"name" doc:"At most 100 characters." example:"Prometheus, Europe"`
	Description      string             `json:"description,omitempty" doc:"At most 1,050 characters."`
	Kind             string             `json:"kind" enum:"prometheus,adapter" doc:"What it speaks: prometheus also for Thanos, Mimir and VictoriaMetrics. It cannot be changed." example:"prometheus"`
	Address          string             `json:"address" doc:"Base address, http or https, with a path where it has one; without user, query and fragment." example:"http://127.0.0.1:9090"`
	Auth             *SourceAuth        `json:"auth,omitempty" doc:"How it knows who asks; leave it out where it does not." example:"{\"scheme\":\"none\"}"`
	TLS              *SourceTLS         `json:"tls,omitempty" doc:"Certificates of an https address." example:"{}"`
	Tenant           string             `json:"tenant,omitempty" doc:"Sent as X-Scope-OrgID, by which Mimir and its like know a tenant." example:"eu"`
	TimeoutSeconds   int64              `json:"timeoutSeconds,omitempty" minimum:"1" maximum:"120" default:"15" doc:"Of one request."`
	Concurrency      int                `json:"concurrency,omitempty" minimum:"1" maximum:"64" default:"8" doc:"How many requests may be under way at once."`
	DelaySeconds     *int64             `json:"delaySeconds,omitempty" minimum:"0" maximum:"3600" default:"60" doc:"How long after its end a slot is first read: until then samples may be on their way."`
	Matchers         []TeamMatcherInput `json:"matchers,omitempty" maxItems:"200" doc:"Added to every selector of a team's queries: those of every team, and its own. Each label once for a team."`
	MatchersRequired bool               `json:"matchersRequired,omitempty" doc:"Whether teams without a matcher may not read from it."`
}

// DataSourceRetirement is how a data source is retired.
type DataSourceRetirement struct {
	Reason string `json:"reason,omitempty" doc:"Kept in the audit log." example:"replaced by prometheus-eu"`
	Force  bool   `json:"force,omitempty" doc:"Retire it although SLOs are read from it: they get no data from then on."`
}

// DataSourceCheck is what came of asking a data source.
type DataSourceCheck struct {
	Result               string  `json:"result" enum:"ok,failed"`
	Problem              string  `json:"problem,omitempty" enum:"secret_missing,address_refused,name_unknown,unreachable,tls_failed,timed_out,not_allowed,failing,unexpected_reply,clock_skew" doc:"Why it cannot be used; absent when it can."`
	Message              string  `json:"message" doc:"The same in words." example:"It answers queries, as version 2.42.0."`
	Version              string  `json:"version,omitempty" doc:"What it says that it is."`
	DurationMilliseconds float64 `json:"durationMilliseconds"`
	ClockSkewSeconds     *int64  `json:"clockSkewSeconds" nullable:"true" doc:"How far its clock is ahead of Evenkeel's; null when it does not say."`
}
