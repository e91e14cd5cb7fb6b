package issues_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/services/issues"
)

// The forms are those of git-clone(1), "Git URLs", and of GitHub's "About remote
// repositories" and "Using SSH over the HTTPS port".
func TestARepositoryIsReadFromEveryFormOfItsAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://github.com/acme/api", "https://github.com/acme/api/", "https://github.com/acme/api.git", "http://github.com/acme/api",
		"https://GitHub.com/acme/api", "https://www.github.com/acme/api", "https://ada@github.com/acme/api.git",
		"https://github.com/acme/api/tree/main/services/checkout", "https://github.com/acme/api?tab=readme-ov-file#readme",
		"git@github.com:acme/api.git", "git@github.com:acme/api", "org-1234@github.com:acme/api.git",
		"ssh://git@github.com/acme/api.git", "ssh://git@github.com:22/acme/api", "ssh://git@ssh.github.com:443/acme/api.git",
		"git://github.com/acme/api.git",
	} {
		got, ok := issues.ParseRepository(address, issues.HostOfGitHub)
		if want := (issues.Repository{Owner: "acme", Name: "api"}); !ok || got != want {
			t.Errorf("%s: %v and %v", address, got, ok)
		}
	}
	for address, want := range map[string]string{
		"https://github.com/acme_corp/a.b-c_d": "acme_corp/a.b-c_d",
		"https://github.com/a-b/.github":       "a-b/.github",
		"https://github.com/A/B.git.git":       "A/B.git",
	} {
		if got, ok := issues.ParseRepository(address, issues.HostOfGitHub); !ok || got.String() != want {
			t.Errorf("%s: %v and %v, want %s", address, got, ok, want)
		}
	}
}

func TestAnAddressLeadsToADirectoryOfItsRepository(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://github.com/acme/api":                             "",
		"https://github.com/acme/api/tree/main":                   "",
		"https://github.com/acme/api/tree/main/services/checkout": "services/checkout",
		"https://github.com/acme/api/tree/main/a%20b/":            "a b",
		"https://github.com/acme/api/tree/main/../../../x":        "x", // and never above the root
		"https://github.com/acme/api/blob/main/README.md":         "",
		"git@github.com:acme/api.git":                             "",
	} {
		if got := issues.DirectoryOf(address); got != want {
			t.Errorf("%s leads to %q, want %q", address, got, want)
		}
	}
}

func TestARepositoryOfAnEnterpriseIsOnItsHost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address, host string
		want          bool
	}{
		{"https://git.acme.example/shop/api", "git.acme.example", true},
		{"https://GIT.acme.example/shop/api", "Git.Acme.Example", true},
		{"git@git.acme.example:shop/api.git", "git.acme.example", true},
		{"https://git.acme.example:8443/shop/api", "git.acme.example:8443", true},
		{"ssh://git@git.acme.example:122/shop/api.git", "git.acme.example:8443", true},
		{"https://git.acme.example/shop/api", "git.acme.example:8443", false},
		{"https://github.com/shop/api", "git.acme.example", false},
		{"https://git.acme.example/shop/api", issues.HostOfGitHub, false},
		{"https://git.acme.example.evil.test/shop/api", "git.acme.example", false},
	} {
		if _, got := issues.ParseRepository(test.address, test.host); got != test.want {
			t.Errorf("%s on %s: %v", test.address, test.host, got)
		}
	}
}

func TestWhatIsNoRepositoryIsNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "acme/api", "github.com/acme/api", "https://github.com", "https://github.com/acme", "https://github.com/acme/", "https://github.com//api",
		"https://github.com/acme/..", "https://github.com/acme/.git", "https://github.com/../api", "https://github.com/-acme/api",
		"https://github.com/acme/a%2Fb%20c", "https://github.com/acme/a b", "https://github.com/ac.me/api",
		"https://github.com/orgs/acme", "https://github.com/settings/apps", "https://github.com/Users/ada",
		"https://gitlab.com/acme/api", "https://github.com.evil.test/acme/api", "https://evil.test/github.com/acme/api",
		"https://gist.github.com/ada/0123456789abcdef", "file:///acme/api", "javascript:alert(1)", "https://%zz/acme/api",
		"git@gitlab.com:acme/api.git", "git@github.com:/acme/api.git", "git@github.com:api.git", "user:github.com/acme/api",
	} {
		if got, ok := issues.ParseRepository(address, issues.HostOfGitHub); ok {
			t.Errorf("%q is %v", address, got)
		}
	}
}

func FuzzARepositoryIsANameOrNothing(f *testing.F) {
	for _, seed := range []string{"https://github.com/acme/api", "git@github.com:acme/api.git", "ssh://git@github.com:22/a/b", "https://github.com/a/../b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		r, ok := issues.ParseRepository(address, issues.HostOfGitHub)
		if !ok {
			if r != (issues.Repository{}) {
				t.Errorf("%q: %v, and none", address, r)
			}
			return
		}
		// Its own address leads to it.
		if again, ok := issues.ParseRepository("https://github.com/"+r.String(), issues.HostOfGitHub); !ok || !again.Is(issues.Repository{Owner: r.Owner, Name: again.Name}) {
			t.Errorf("%q: %v, whose address is that of %v", address, r, again)
		}
	})
}
