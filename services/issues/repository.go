package issues

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Repository is one on GitHub, or on a GitHub Enterprise, by its name. GitHub takes
// names in any case: compare with Is.
type Repository struct {
	Owner string
	Name  string
}

// String is "owner/name".
func (r Repository) String() string { return r.Owner + "/" + r.Name }

// Is reports whether the two are the same.
func (r Repository) Is(other Repository) bool { return strings.EqualFold(r.String(), other.String()) }

// HostOfGitHub is where github.com shows repositories to people.
const HostOfGitHub = "github.com"

// aliases are other names of github.com: the last is where ssh is answered on port 443.
var aliases = []string{"www.github.com", "ssh.github.com"}

var (
	// likeSCP is "git@host:owner/name", as git takes it beside addresses.
	likeSCP = regexp.MustCompile(`^[^/:@]+@([^/:@]+):([^/].*)$`)
	// owners of GitHub have letters, digits and single hyphens; managed users have an
	// underscore too.
	ownerName      = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$`)
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
)

// notOwners are first parts of paths on GitHub that are nobody's name.
var notOwners = []string{"apps", "enterprises", "features", "marketplace", "orgs", "settings", "sponsors", "topics", "users"}

// ParseRepository reads the address of a repository on a host, as people write it and
// as git takes it: https://host/owner/name, ssh://git@host/owner/name.git,
// git@host:owner/name.git. What comes after the name, as in a link to a directory, is
// left out. It reports false for what is on another host, or no repository.
func ParseRepository(address, host string) (Repository, bool) {
	at, rest := "", ""
	if m := likeSCP.FindStringSubmatch(address); m != nil {
		at, rest = m[1], m[2]
	} else {
		u, err := url.Parse(address)
		if err != nil || !slices.Contains([]string{"https", "http", "ssh", "git"}, u.Scheme) {
			return Repository{}, false
		}
		at, rest = u.Host, strings.TrimPrefix(u.EscapedPath(), "/")
		if u.Scheme == "ssh" || u.Scheme == "git" { // their ports say nothing of the pages
			at, host = u.Hostname(), hostname(host)
		}
	}
	if !sameHost(at, host) {
		return Repository{}, false
	}
	parts := strings.Split(rest, "/")
	if len(parts) < 2 {
		return Repository{}, false
	}
	r := Repository{Owner: parts[0], Name: strings.TrimSuffix(parts[1], ".git")}
	if !ownerName.MatchString(r.Owner) || slices.Contains(notOwners, strings.ToLower(r.Owner)) ||
		!repositoryName.MatchString(r.Name) || r.Name == "." || r.Name == ".." {
		return Repository{}, false
	}
	return r, true
}

// DirectoryOf is the directory that an address of a repository leads to, as https://host/owner/name/tree/main/api
// does to api: without slashes around it, and empty for the root. A branch is taken to have no slash in its
// name.
func DirectoryOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 5 || parts[2] != "tree" {
		return ""
	}
	return strings.Trim(path.Clean("/"+strings.Join(parts[4:], "/")), "/")
}

func sameHost(a, host string) bool {
	a = strings.ToLower(a)
	if slices.Contains(aliases, a) {
		a = HostOfGitHub
	}
	return a == strings.ToLower(host)
}

// hostname leaves the port out.
func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }
