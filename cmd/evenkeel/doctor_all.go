package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// mostSkew is how far clocks may be apart before it is told: slots are up to 60 s long, and people compare times.
const mostSkew = 2 * time.Second

// slowDatabase is how long the database may take to answer before it is told.
const slowDatabase = 100 * time.Millisecond

// lookAtAll looks at everything there is to look at, part by part.
func (p *program) lookAtAll(cmd *cobra.Command, r *remote) ([]github.Finding, error) {
	ctx := cmd.Context()
	effective, err := p.load(cmd)
	if err != nil {
		return nil, err
	}
	c := effective.Config
	all := []github.Finding{{About: "configuration", Health: github.Works, Says: "it can be read, and breaks no rule"}}
	all = append(all, p.databaseFindings(ctx, c)...)
	server, findings := p.serverFindings(ctx, r)
	all = append(all, findings...)
	all = append(all, portalFindings(ctx, c.Portal)...)
	subject, _ := subjectOf(c.GitHub.DefaultRepository, c.GitHub.Host())
	if c.GitHub.HasCredentials() {
		findings, err := examined(ctx, c.GitHub, subject)
		if err != nil {
			findings = []github.Finding{{Health: github.Missing, Says: err.Error(), Help: "Look at the settings below github."}}
		}
		all = append(all, within("github", findings)...)
	} else {
		all = append(all, github.Finding{About: "github", Health: github.Note, Says: "there is neither a token nor an App, and issues stay drafts", Help: "docs/how-to/open-github-issues.md says how to have them opened."})
	}
	if len(c.Incidents.Sources()) > 0 {
		all = append(all, within("incidents", incidentFindings(ctx, c.Incidents, server))...)
	} else {
		all = append(all, github.Finding{About: "incidents", Health: github.Note, Says: "no source is configured, and none is taken over", Help: "docs/how-to/take-incidents-over.md says how."})
	}
	return all, nil
}

// within says of findings in which part they are.
func within(part string, findings []github.Finding) []github.Finding {
	for i, f := range findings {
		findings[i].About = part
		if f.About != "" {
			findings[i].About += " " + f.About
		}
	}
	return findings
}

// databaseFindings look at the database, and its clock. An SQLite that a server has open is the server's.
func (p *program) databaseFindings(ctx context.Context, c config.Config) (found []github.Finding) {
	note := func(health github.Health, about, says, help string) {
		found = append(found, github.Finding{About: about, Health: health, Says: says, Help: help})
	}
	if !c.UsesPostgreSQL() {
		if _, err := os.Stat(c.SQLitePath()); errors.Is(err, os.ErrNotExist) {
			note(github.Note, "database", "there is none yet at "+c.SQLitePath(), "evenkeel serve makes it; or give dataDir as the server has it.")
			return found
		}
	}
	s, err := app.OpenStore(ctx, c, c.Log.Logger(io.Discard))
	if fault.Is(err, fault.Conflict) {
		note(github.Note, "database", "another process has it open, and looks after it", "Stop that to have it looked at, or ask it: give EVENKEEL_TOKEN or --token-file.")
		return found
	}
	if err != nil {
		note(github.Missing, "database", "it cannot be opened: "+err.Error(), "Look at database.url, or dataDir, and whether the server is there.")
		return found
	}
	defer func() {
		if err := s.Close(); err != nil {
			note(github.Note, "database", "it could not be closed: "+err.Error(), "")
		}
	}()
	began := time.Now()
	if err := s.Ping(ctx); err != nil {
		note(github.Missing, "database", "it does not answer: "+err.Error(), "Look whether the server is there, and whether it takes the user.")
		return found
	}
	if took := time.Since(began); took > slowDatabase {
		note(github.Note, "database", fmt.Sprintf("%s answers, in %s", s.Dialect(), took.Round(time.Millisecond)), "Have it nearer: each request asks it several times.")
	} else {
		note(github.Works, "database", fmt.Sprintf("%s answers, in %s", s.Dialect(), took.Round(10*time.Microsecond)), "")
	}
	switch pending, err := s.Pending(ctx); {
	case err != nil:
		note(github.Missing, "database", "whether it is migrated is not known: "+err.Error(), "evenkeel migrate --dry-run says more.")
	case pending > 0:
		note(github.Missing, "database", fmt.Sprintf("%s pending", several(int64(pending), "migration is", "migrations are")), "Run evenkeel migrate; with SQLite evenkeel serve does it.")
	default:
		note(github.Works, "database", "it is migrated", "")
	}
	if c.UsesPostgreSQL() {
		offset, err := s.Jobs().ClockOffset(ctx, clock.System)
		if err != nil {
			note(github.Missing, "clock", "the database does not tell the time: "+err.Error(), "")
		} else {
			found = append(found, clockFinding("the database", offset))
		}
	}
	return found
}

// apartAtLeast is how far a clock is surely ahead of ours that was read at some moment between two of ours, and
// tells whole units of so much; less than 0 where it is behind.
func apartAtLeast(there, before, after time.Time, unit time.Duration) time.Duration {
	if ahead := there.Sub(after); ahead > 0 {
		return ahead
	}
	return min(0, there.Add(unit).Sub(before))
}

// clockFinding judges how far a clock is ahead of ours.
func clockFinding(whose string, apart time.Duration) github.Finding {
	if apart.Abs() <= mostSkew {
		return github.Finding{About: "clock", Health: github.Works, Says: "that of " + whose + " agrees with this machine's"}
	}
	way := "ahead of"
	if apart < 0 {
		way = "behind"
	}
	return github.Finding{
		About: "clock", Health: github.Missing, Says: fmt.Sprintf("that of %s is %s %s this machine's", whose, apart.Abs().Round(time.Millisecond), way),
		Help: "Have both machines keep the time, by NTP.",
	}
}

// serverFindings ask a running server, where there is a token, and its data sources; the client is nil where
// there is none.
func (p *program) serverFindings(ctx context.Context, r *remote) (*client.Client, []github.Finding) {
	var found []github.Finding
	note := func(health github.Health, about, says, help string) {
		found = append(found, github.Finding{About: about, Health: health, Says: says, Help: help})
	}
	c, err := r.client(p.environ, client.WithoutRetries())
	if err != nil {
		note(github.Note, "server", "none is asked: "+err.Error(), "Give EVENKEEL_TOKEN or --token-file, and --server where it is another one: then data sources are looked at, too.")
		return nil, found
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server()+"/readyz", nil)
	if err != nil {
		note(github.Missing, "server", err.Error(), "Look at --server.")
		return nil, found
	}
	before := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		note(github.Missing, "server", "it does not answer: "+err.Error(), "Look at --server, and whether it runs.")
		return nil, found
	}
	after := time.Now()
	_ = res.Body.Close() // what counts is the head
	if res.StatusCode == http.StatusOK {
		note(github.Works, "server", c.Server()+" answers, and is ready", "")
	} else {
		note(github.Missing, "server", fmt.Sprintf("%s answers %s: it is not ready", c.Server(), res.Status), "Its log says why.")
	}
	if there, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		found = append(found, clockFinding("the server", apartAtLeast(there, before, after, time.Second))) // whole seconds, cut off
	}
	if _, err := c.GetMe(ctx); err != nil {
		note(github.Missing, "server", "the token is not taken: "+err.Error(), "Make another, at /tokens or by evenkeel token.")
		return c, found
	}
	sources := 0
	for source, err := range c.ListDataSources(ctx, nil) {
		if err != nil {
			note(github.Missing, "data sources", "they cannot be listed: "+err.Error(), "")
			return c, found
		}
		sources++
		about := "data source " + source.Slug
		switch check, err := c.CheckDataSource(client.Repeatable(ctx), source.Slug); {
		case err != nil:
			note(github.Missing, about, "it cannot be looked at: "+err.Error(), "The token has to be of somebody who may, such as an administrator.")
		case check.Result != client.DataSourceCheckResultOk:
			note(github.Missing, about, check.Message, "Look at its address, its credentials and the networks in which data sources may be.")
		default:
			note(github.Works, about, fmt.Sprintf("it answers, in %.0f ms", check.DurationMilliseconds), "")
		}
	}
	if sources == 0 {
		note(github.Note, "data sources", "there is none: measurements are those that are pushed", "")
	}
	return c, found
}

// portalFindings look whether the keys of the portal can be got.
func portalFindings(ctx context.Context, portal config.Portal) []github.Finding {
	if portal.URL == "" {
		return []github.Finding{{About: "portal", Health: github.Note, Says: "none is configured, and no portal's token is taken", Help: "docs/how-to/install-the-portal-plugin.md says how to have it in Backstage."}}
	}
	base := portal.URL
	if portal.APIURL != "" {
		base = portal.APIURL
	}
	address := base + "/api/auth/.well-known/jwks.json"
	missing := func(says string) []github.Finding {
		return []github.Finding{{About: "portal", Health: github.Missing, Says: says, Help: "Look at portal.url and portal.apiURL: this machine has to reach the portal's backend there."}}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return missing(err.Error())
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return missing("its keys cannot be got: " + err.Error())
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return missing(fmt.Sprintf("its keys cannot be got: %s answers %s", address, res.Status))
	}
	return []github.Finding{{About: "portal", Health: github.Works, Says: "its keys can be got"}}
}
