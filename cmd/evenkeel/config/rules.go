package config

import (
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// check states the rules that a tag cannot.
func (l *loading) check(checkSchedule func(job, schedule string) error) {
	c := l.effective.Config
	require := func(ok bool, key string, value any, format string, args ...any) {
		if !ok {
			l.note(l.where(key), value, key+" "+format, args...)
		}
	}
	require(isHostPort(c.Listen), "listen", c.Listen,
		"must be host:port with a port from 0 to 65535, such as 127.0.0.1:8080, [::1]:8080, or :8080 for every interface")
	require(c.PublicURL == "" || isOrigin(c.PublicURL), "publicURL", c.PublicURL,
		"must be http:// or https://, a host, and a port if need be, without path, query, fragment or user, such as https://evenkeel.example.com")
	require(strings.TrimSpace(c.DataDir) != "", "dataDir", c.DataDir, "must name a directory")
	require(isLabel(c.Instance), "instance", c.Instance,
		"must be 1 to 253 printable characters without spaces")
	require(c.Database.URL.IsZero() || isPostgresURL(c.Database.URL.Reveal()), "database.url", nil,
		"must be postgres://user:password@host:port/name, or empty for SQLite in dataDir (the value is not shown)")
	require(c.Backup.Dir == "" || !c.UsesPostgreSQL(), "backup.dir", c.Backup.Dir, "is for SQLite; back PostgreSQL up by its own tools, such as pg_dump")
	require(c.Telemetry.OTLPEndpoint == "" || isHTTP(c.Telemetry.OTLPEndpoint), "telemetry.otlpEndpoint", c.Telemetry.OTLPEndpoint,
		"must be an http:// or https:// address without user, such as http://localhost:4318")
	c.GitHub.check(require)
	c.Incidents.check(require)
	c.Portal.check(require)
	c.OIDC.check(require)
	c.Workloads.check(require)
	c.SMTP.check(require)
	c.Audit.check(require)
	c.Encryption.check(require)
	for key, list := range map[string]List{"postmortems.severities": c.Postmortems.Severities, "postmortems.onCallSeverities": c.Postmortems.OnCallSeverities} {
		for _, severity := range list {
			require(slices.Contains([]string{"sev1", "sev2", "sev3", "sev4"}, severity), key, severity, "must be of sev1, sev2, sev3 and sev4")
		}
	}
	for _, job := range sorted(c.Jobs.Schedules) {
		key, schedule := "jobs.schedules."+job, c.Jobs.Schedules[job]
		if !looksLikeSchedule(schedule) {
			require(false, key, schedule, "must be five cron fields such as \"*/5 * * * *\", or a word such as @hourly or \"@every 1m\"")
			continue
		}
		if checkSchedule != nil {
			if err := checkSchedule(job, schedule); err != nil {
				require(false, key, schedule, "%v", err)
			}
		}
	}
}

func (m SMTP) check(require func(ok bool, key string, value any, format string, args ...any)) {
	from, err := mail.ParseAddress(m.From)
	require(m.From == "" && m.Host == "" || err == nil && from.Name == "" && from.Address == m.From, "smtp.from", m.From,
		"must be one e-mail address without a name, such as evenkeel@example.com, where smtp.host is given")
	require(m.Host != "" || m.From == "", "smtp.host", m.Host, "must be given with smtp.from")
	require(!strings.ContainsFunc(m.Host, unicode.IsSpace) && !strings.Contains(m.Host, "/"), "smtp.host", m.Host, "must be the name of a server or its address, such as smtp.example.com")
	require(m.Username == "" == m.Password.IsZero(), "smtp.username", m.Username, "must be given with smtp.password, or neither")
	require(m.Security != "none" || m.Username == "", "smtp.security", m.Security, "must be starttls or tls where a password is sent")
}

// where says how the source that set the key writes it, or the key itself.
func (l *loading) where(key string) string {
	if where := l.effective.Origin(key).Where; where != "" {
		return where
	}
	return key
}

func isHostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == port && !strings.ContainsFunc(host, unicode.IsSpace)
}

// isHTTP reports whether s is an address that a client can be pointed at, without
// a password in it: addresses are shown and logged.
func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// isOrigin reports whether s is a scheme and host alone.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return isHTTP(s) && err == nil && u.Path == "" && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(s, "#")
}

// isPostgresURL reports whether s names a PostgreSQL host, in its authority or,
// as for a socket's directory, in its query.
func isPostgresURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") &&
		(u.Hostname() != "" || u.Query().Get("host") != "")
}

func isLabel(s string) bool {
	return s != "" && len(s) <= 253 && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r)
	})
}

var scheduleShape = regexp.MustCompile(`^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every [0-9a-zµ.]+|\S+( +\S+){4})$`)

// looksLikeSchedule judges the shape alone; what the fields may say is known to
// the jobs.
func looksLikeSchedule(s string) bool { return scheduleShape.MatchString(s) }
