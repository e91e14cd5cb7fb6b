package github

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Health is how something is.
type Health string

// The healths.
const (
	Works   Health = "ok"
	Note    Health = "note"    // it works, and there is something to know
	Missing Health = "MISSING" // issues cannot be opened, or not kept up to date
)

// Finding is one thing that was looked at.
type Finding struct {
	About  string // "credential"
	Health Health
	Says   string
	Help   string // what to do, or to click; empty when there is nothing
}

// Subject is what is asked about: an owner, and a repository of it if Name is given.
// The zero Subject is all owners.
type Subject struct{ Owner, Name string }

// maxSkew is how far our clock may be from GitHub's: ghinstallation signs as of half a
// minute ago, and what is signed as of the future is not taken.
const maxSkew = 30 * time.Second

// events are those whose webhooks tell what people do.
var events = []string{"issues", "issue_comment", "repository"}

// examination is one under way.
type examination struct {
	*Credentials
	findings []Finding
}

// Examine looks at everything that opening an issue needs, and changes nothing.
func (c *Credentials) Examine(ctx context.Context, subject Subject) []Finding {
	e := &examination{Credentials: c}
	if !e.credential(ctx) {
		return e.findings
	}
	switch {
	case subject.Owner != "":
		e.owner(ctx, subject)
	case c.isApp():
		e.installations(ctx)
	}
	if subject.Owner != "" || !c.isApp() {
		e.limits(ctx, subject.Owner)
	}
	return e.findings
}

func (e *examination) works(about, says string, args ...any) {
	e.findings = append(e.findings, Finding{About: about, Health: Works, Says: fmt.Sprintf(says, args...)})
}

func (e *examination) note(about, help, says string, args ...any) {
	e.findings = append(e.findings, Finding{About: about, Health: Note, Help: help, Says: fmt.Sprintf(says, args...)})
}

func (e *examination) missing(about, help, says string, args ...any) {
	e.findings = append(e.findings, Finding{About: about, Health: Missing, Help: help, Says: fmt.Sprintf(says, args...)})
}

// failed notes an error that none of the questions expects.
func (e *examination) failed(ctx context.Context, about string, response *github.Response, err error) {
	reason, help := err.Error(), ""
	if known := delivery.AsError(e.trouble(ctx, response, err)); known != nil {
		reason = known.Reason
		if cause := known.Err; response == nil && cause != nil {
			reason += ": " + outbound.Plain(cause).Error()
			help = "Look at github.baseURL and github.caFile, and whether a firewall lets this machine there."
		}
	}
	e.missing(about, help, "%s", reason)
}

// credential asks who we are, which tells of the address and the clock too. It reports
// whether there is more to ask.
func (e *examination) credential(ctx context.Context) bool {
	client := e.client(e.own)
	var app *github.App
	var user *github.User
	var response *github.Response
	var err error
	if e.isApp() {
		app, response, err = client.Apps.Get(ctx, "")
	} else {
		user, response, err = client.Users.Get(ctx, "")
	}
	if response == nil {
		e.failed(ctx, "address", nil, err)
		return false
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusUnauthorized && response.StatusCode != http.StatusForbidden {
		e.failed(ctx, "address", response, err)
		return false
	}
	e.works("address", "%s answers", e.Address())
	e.clock(response.Header)
	switch {
	case response.StatusCode == http.StatusUnauthorized && e.isApp():
		e.missing("credential", "Look at the App's settings: the number at the top is github.appID, and github.privateKey is one of those below Private keys; generate another if in doubt.",
			"GitHub does not take the key for the App with the number %d: %s", e.options.AppID, said(err))
	case response.StatusCode == http.StatusUnauthorized:
		e.missing("credential", "Make another token, or better an App, and give it as github.token.", "GitHub does not take the token, which expired or was revoked: %s", said(err))
	case err != nil:
		e.failed(ctx, "credential", response, err)
	case e.isApp():
		e.works("credential", "the App %q, number %d, of %s", app.GetSlug(), app.GetID(), app.GetOwner().GetLogin())
		e.declared(app)
		return true
	default:
		e.works("credential", "the token of %s", user.GetLogin())
		e.note("permission", "Of a fine-grained token choose Issues: Read and write, of a classic one the scope repo.", "GitHub does not tell what a token may do, only what its person may")
		return true
	}
	return false
}

// clock compares GitHub's clock, which has whole seconds, with ours.
func (e *examination) clock(h http.Header) {
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		e.note("clock", "", "GitHub did not tell its time")
		return
	}
	skew := e.options.Clock().Sub(theirs).Truncate(time.Second)
	if skew.Abs() <= maxSkew {
		e.works("clock", "it agrees with GitHub's")
		return
	}
	way := "ahead of"
	if skew < 0 {
		way = "behind"
	}
	e.missing("clock", "Set this machine's clock by NTP.", "it is %s %s GitHub's, which does not take what is signed at another time", skew.Abs(), way)
}

// declared looks at what the App asks of those who install it.
func (e *examination) declared(app *github.App) {
	if level := app.GetPermissions().GetIssues(); level != "write" {
		e.missing("App's permissions", "In the App's settings, under Permissions & events, Repository permissions, choose Issues: Read and write, save, and have each owner accept it.",
			"the App asks for issues: %s, and needs issues: write", orNone(level))
	}
	var without []string
	for _, event := range events {
		if !slices.Contains(app.Events, event) {
			without = append(without, event)
		}
	}
	if len(without) > 0 {
		e.note("App's events", "In the App's settings, under Permissions & events, Subscribe to events, tick Issues, Issue comment and Repository.",
			"without webhooks of %s, what people do is seen within the hour", strings.Join(without, ", "))
	}
}

func orNone(level string) string {
	if level == "" {
		return "none"
	}
	return level
}

// installations looks at all of them.
func (e *examination) installations(ctx context.Context) {
	options := &github.ListOptions{PerPage: perPage}
	anywhere := false
	for {
		list, response, err := e.client(e.own).Apps.ListInstallations(ctx, options)
		if err != nil {
			e.failed(ctx, "installations", response, err)
			return
		}
		for _, i := range list {
			anywhere = true
			e.installed(i)
		}
		if options.Page = response.NextPage; options.Page == 0 {
			break
		}
	}
	if !anywhere {
		e.missing("installation", installHelp, "the App is installed nowhere")
	}
}

const installHelp = "In the App's settings, under Install App, choose the owner of the repositories, and all of them or some."

// owner looks at one owner, and at a repository of it.
func (e *examination) owner(ctx context.Context, subject Subject) {
	if e.isApp() {
		i, err := e.installation(ctx, subject.Owner)
		switch known := delivery.AsError(err); {
		case known != nil && known.Trouble == delivery.Refused:
			e.missing("installation", installHelp, "the App is not installed on %s", subject.Owner)
			return
		case err != nil:
			e.failed(ctx, "installation", nil, err)
			return
		}
		if !e.installed(i) {
			return
		}
	}
	if subject.Name != "" {
		e.repository(ctx, subject)
	}
}

// installed looks at an installation, and reports whether it can be used at all.
func (e *examination) installed(i *github.Installation) bool {
	owner := i.GetAccount().GetLogin()
	if i.SuspendedAt != nil {
		e.missing("installation", "An owner of "+owner+" can unsuspend it at "+i.GetHTMLURL(),
			"that on %s is suspended since %s", owner, i.GetSuspendedAt().UTC().Format(time.DateOnly))
		return false
	}
	repositories := "all repositories"
	if i.GetRepositorySelection() == "selected" {
		repositories = "selected repositories"
	}
	e.works("installation", "number %d on %s, for %s", i.GetID(), owner, repositories)
	for _, need := range []struct{ name, level, has string }{
		{"issues", "write", i.GetPermissions().GetIssues()}, {"metadata", "read", i.GetPermissions().GetMetadata()},
	} {
		if need.has == need.level || need.has == "write" {
			e.works("permission", "%s: %s on %s", need.name, need.has, owner)
			continue
		}
		e.missing("permission", fmt.Sprintf("If the App asks for it, an owner of %s can accept it at %s; if not, choose it in the App's settings first, under Permissions & events.", owner, i.GetHTMLURL()),
			"%s: %s on %s, where %s is needed", need.name, orNone(need.has), owner, need.level)
	}
	more, err := beyond(i.GetPermissions())
	switch {
	case err != nil:
		e.missing("permission", "", "those on %s cannot be read: %v", owner, err)
	case len(more) > 0:
		e.note("permission", "Leave them out in the App's settings: what it may not do, nobody can do with its key.", "not needed on %s: %s", owner, strings.Join(more, ", "))
	}
	return true
}

// mayRead are permissions that are of use to read: who owns the code, and what is deployed.
var mayRead = []string{"contents", "deployments"}

// beyond names the permissions that are not needed.
func beyond(p *github.InstallationPermissions) ([]string, error) {
	levels := map[string]string{}
	data, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(data, &levels)
	}
	if err != nil {
		return nil, err
	}
	delete(levels, "issues")
	delete(levels, "metadata")
	for _, name := range mayRead {
		if levels[name] == "read" {
			delete(levels, name)
		}
	}
	more := slices.Sorted(maps.Keys(levels))
	for i, name := range more {
		more[i] = name + ": " + levels[name]
	}
	return more, nil
}

// repository looks at one.
func (e *examination) repository(ctx context.Context, s Subject) {
	name := s.Owner + "/" + s.Name
	if e.isApp() {
		// A public repository can be read without an installation: this says whether it has it.
		_, response, err := e.client(e.own).Apps.FindRepositoryInstallation(ctx, s.Owner, s.Name)
		if isMissing(response) {
			e.missing("repository", "If it exists, an owner of "+s.Owner+" can add it to the installation, under Repository access.", "the installation does not have %s", name)
			return
		}
		if err != nil {
			e.failed(ctx, "repository", response, err)
			return
		}
	}
	client, _, _, err := e.For(ctx, s.Owner)
	if err != nil {
		e.failed(ctx, "repository", nil, err)
		return
	}
	r, response, err := askOf(ctx, client, s.Owner, s.Name)
	switch {
	case isMissing(response):
		e.missing("repository", "Look at the name, and whether the person whose token it is may read it.", "there is no %s, or it is not shown to us", name)
		return
	case err != nil:
		e.failed(ctx, "repository", response, err)
		return
	}
	switch {
	case !strings.EqualFold(r.FullName, name):
		e.note("repository", "Change the address where it is named.", "%s is %s now", name, r.FullName)
	case r.Archived:
		e.missing("repository", "Unarchive it in its settings, or name another.", "%s is archived, and takes no issues", name)
	default:
		e.works("repository", "%s is there", name)
	}
	if !r.HasIssues {
		e.missing("issues", "Tick Issues in its settings, under Features; until then they go to the team's repository, or the organisation's.", "%s has issues disabled", name)
	}
	if !r.Private {
		e.note("visibility", "Name the kinds that may go there in github.publicKinds.", "%s is public: issues of kinds that are not allowed there pass it over", name)
	}
	if may := r.Permissions; !e.isApp() && !may["triage"] && !may["push"] {
		e.missing("permission", "Give the person the role Triage, or a greater one.", "whose token it is may not label or close issues in %s", name)
	}
}

// limits tells how much may be asked yet, in this hour.
func (e *examination) limits(ctx context.Context, owner string) {
	client, _, _, err := e.For(ctx, owner)
	if err != nil {
		return // which was found before, and said
	}
	limits, response, err := client.RateLimit.Get(ctx)
	switch {
	case isMissing(response):
		e.note("limits", "", "there are none")
	case err != nil:
		e.failed(ctx, "limits", response, err)
	case limits.GetCore().Remaining == 0:
		e.missing("limits", "Wait until then, and look who else uses the same credentials.", "none of %d requests is left until %s", limits.GetCore().Limit, limits.GetCore().Reset.UTC().Format(time.TimeOnly))
	default:
		e.works("limits", "%d of %d requests are left until %s UTC", limits.GetCore().Remaining, limits.GetCore().Limit, limits.GetCore().Reset.UTC().Format(time.TimeOnly))
	}
}
