package cataloginfo

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// The annotations that are read.
const (
	serviceAnnotation = "evenkeel.dev/service"
	tierAnnotation    = "evenkeel.dev/tier"
	kindAnnotation    = "evenkeel.dev/kind"
	slugAnnotation    = "github.com/project-slug"
	sourceAnnotation  = "backstage.io/source-location"
	docsAnnotation    = "backstage.io/techdocs-ref"
	pagerAnnotation   = "pagerduty.com/service-id"
	genieAnnotation   = "opsgenie.com/team"
)

// What a link is, by its type, its icon, or else its title.
var (
	isDocs      = regexp.MustCompile(`(?i)^(docs?|documentation|techdocs)$`)
	isDashboard = regexp.MustCompile(`(?i)^(.* )?dashboards?$`)
	isRunbook   = regexp.MustCompile(`(?i)^(.* )?(runbooks?|playbooks?)$`)
	isOnCall    = regexp.MustCompile(`(?i)^(on[- ]?call|pager)$`)

	webAddress  = regexp.MustCompile(`(?i)^https?://`)
	projectSlug = regexp.MustCompile(`^[\w.-]+/[\w.-]+$`)
	sourceURL   = regexp.MustCompile(`(?i)^url:(https?://.+)$`)
	// As GitHub, GitLab and Bitbucket write places in a repository.
	inRepository = regexp.MustCompile(`/(-/)?(tree|blob|raw|src)/.*$`)
	repository   = regexp.MustCompile(`(\.git)?/*$`)
)

type link struct{ address, title, icon, kind string }

// places are where things of a component are that are kept elsewhere: by annotations that well-known
// plugins read, else by its links.
func places(t *catalog.Told, metadata, annotations *foreign.Place) {
	var links []link
	used := map[string]bool{}
	for _, n := range metadata.Member("links").List() {
		links = append(links, link{n.Member("url").Text(), n.Member("title").Text(), n.Member("icon").Text(), n.Member("type").Text()})
	}
	find := func(is *regexp.Regexp) string {
		for _, by := range []func(link) string{func(l link) string { return l.kind }, func(l link) string { return l.icon }, func(l link) string { return l.title }} {
			for _, l := range links {
				if webAddress.MatchString(l.address) && is.MatchString(strings.TrimSpace(by(l))) {
					used[l.address] = true
					return l.address
				}
			}
		}
		return ""
	}
	t.Repository = repositoryOf(annotations)
	t.Docs, t.Dashboard, t.Runbook = find(isDocs), find(isDashboard), find(isRunbook)
	if annotations.Member(docsAnnotation).There() && t.Docs == "" {
		annotations.Member(docsAnnotation).Note("is documentation in the portal, the address of which is not in the file: write it into docs")
	}
	switch pager, genie := text(annotations, pagerAnnotation), text(annotations, genieAnnotation); {
	case pager != "":
		t.OnCall = "PagerDuty service " + pager
	case genie != "":
		t.OnCall = "Opsgenie team " + genie
	default:
		t.OnCall = find(isOnCall)
	}
	for i, n := range metadata.Member("links").List() {
		if !used[links[i].address] {
			n.Note("is no link to documentation, a dashboard, a runbook or who is on call by its type, icon or title, and was left out")
		}
	}
}

func text(of *foreign.Place, name string) string { return strings.TrimSpace(of.Member(name).Text()) }

// repositoryOf is where the source is, without the place in it.
func repositoryOf(annotations *foreign.Place) string {
	if slug := text(annotations, slugAnnotation); projectSlug.MatchString(slug) {
		return "https://github.com/" + slug
	}
	found := sourceURL.FindStringSubmatch(text(annotations, sourceAnnotation))
	if found == nil {
		return ""
	}
	u, err := url.Parse(found[1])
	if err != nil || u.Host == "" {
		return ""
	}
	path := repository.ReplaceAllString(inRepository.ReplaceAllString(u.EscapedPath(), ""), "")
	if path == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + path
}
