package codeowners_test

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/scorecards/drift/codeowners"
)

// documented is the example of "About code owners" in GitHub's documentation, without its prose.
const documented = `
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`

// Who it is follows from what the documentation says beside each line of the example.
func TestTheLastPatternThatMatchesSaysWhoOwnsADirectory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, directory, want string }{
		{documented, "", "@global-owner1 @global-owner2"}, // *.js and the like are of files, wherever they are
		{documented, "src", "@global-owner1 @global-owner2"},
		{documented, "build/logs", "@octocat"}, // **/logs comes after /build/logs/
		{documented, "deeply/nested/logs", "@octocat"},
		{documented, "scripts", "@doctocat @octocat"},
		{documented, "docs", "@doctocat"},
		{documented, "docs/build-app", "@doctocat"},
		{documented, "apps/web", "@octocat"},
		{documented, "lib/apps", "@octocat"},              // apps/ is of any directory
		{documented, "apps/github", ""},                   // its owners are left empty
		{"docs/* a@example.com", "docs", "a@example.com"}, // right in it
		{"docs/* a@example.com", "docs/build-app", ""},    // "but not further nested files"
		{"apps/ @a", "lib/apps", "@a"},                    // "in any directory"
		{"/apps/ @a", "lib/apps", ""},
		{"services/*/api @a", "services/checkout/api/v1", "@a"},
		{"services/**/api @a", "services/x/y/api", "@a"},
		{"services/** @a", "services/x/y", "@a"},
		{"/services/check?ut @a", "services/checkout", "@a"},
		{`/a\ b/ @a`, "a b", "@a"},
		{"/Services/ @a", "services", ""}, // "paths are case sensitive"
		{"* @a\n!/x/ @b", "x", "@a"},      // what is no negation here
		{"* @a\n/[xy]/ @b", "x", "@a"},    // and no range
		{"* @a\n/x/ nobody", "x", "@a"},   // a line that is wrong is skipped
		{"/ @a", "x", "@a"},
		{"\uFEFF* @a\r\n", "x", "@a"},
		{"", "x", ""},
	} {
		if got := strings.Join(codeowners.Of(c.file, c.directory), " "); got != c.want {
			t.Errorf("%q is owned by %q, want %q", c.directory, got, c.want)
		}
	}
}

// The forms are those of gitignore's documentation ("Pattern format"), of which GitHub says that its own are like them.
func TestTheLastPatternThatMatchesEveryFileSaysWhoOwnsTheRepository(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, want string }{
		{documented, "@global-owner1 @global-owner2"},
		{"* @a\n* @b @c\n/docs/ @d", "@b @c"},
		{"/ @a", "@a"},
		{"/** @a", "@a"},
		{"** @a", "@a"},
		{"**/* @a", "@a"},
		{"* @a\n*", ""},              // its owners are left empty
		{"* @a\n/* @b", "@a"},        // right in the root alone
		{"* @a\n*/ @b", "@a"},        // what is in some directory
		{"* @a\n*.* @b\n? @c", "@a"}, // some names
		{"* @a\n/**/x @b", "@a"},
		{"/services/ @a", ""},
		{"* nobody", ""},
		{"", ""},
	} {
		if got := strings.Join(codeowners.OfAll(c.file), " "); got != c.want {
			t.Errorf("by %q it is owned by %q, want %q", c.file, got, c.want)
		}
	}
}

func FuzzAFileOfOwnersNamesOwnersOrNobody(f *testing.F) {
	f.Add(documented, "apps/github")
	f.Add("***/?? @a", "x")
	f.Fuzz(func(t *testing.T, file, directory string) {
		for _, owner := range codeowners.Of(file, directory) {
			if !strings.Contains(owner, "@") || strings.ContainsAny(owner, " \t\n") && !strings.Contains(file, `\`) {
				t.Errorf("%q is no owner", owner)
			}
		}
	})
}
