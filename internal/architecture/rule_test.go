package architecture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A pattern names packages: "./services/..." are those of this module at and
// below services, "net/..." the others at and below net, "context" is one alone.
var (
	everywhere = []string{"./..."}
	domains    = []string{"./services/...", "./scorecards/..."}
)

// rule forbids some packages some imports.
type rule struct {
	name    string
	of      []string // patterns of the packages that it binds
	except  []string // patterns of those among them that it does not bind
	forbids []string // patterns of imports
	allows  []string // patterns of those among them that are allowed
	inTests bool     // whether it binds test files too
	reason  string
}

// direction says whose types a domain may use.
type direction struct {
	domain string
	uses   []string
	above  []string // patterns of packages outside of services that it uses too
	alone  bool     // not even those that every other domain may use
	reason string
}

// rule turns a direction into a rule.
func (d direction) rule() rule {
	allowed := append([]string{"./services/" + d.domain + "/..."}, pure...)
	for _, used := range d.uses {
		allowed = append(allowed, "./services/"+used+"/...")
	}
	allowed = append(allowed, d.above...)
	if !d.alone {
		allowed = append(allowed, "./services/access/...", "./services/audit/...")
	}
	return rule{
		name: fmt.Sprintf("%s uses %s", d.domain, cmp.Or(strings.Join(d.uses, ", "), "no other domain's types")),
		of:   []string{"./services/" + d.domain + "/..."}, except: pure,
		forbids: domains, allows: allowed, reason: d.reason,
	}
}

// file is a file of Go source, its paths written as in patterns.
type file struct {
	name    string // "services/slo/slo.go"
	pkg     string // "./services/slo"
	test    bool
	imports []string
	calls   []string // of package time: "Now"
}

// violations lists which rules the files break, one sentence for each.
func violations(files []file) []string {
	rules := slices.Clone(importRules)
	for _, d := range directions {
		rules = append(rules, d.rule())
	}
	var found []string
	for _, f := range files {
		for _, r := range rules {
			if !r.binds(f) {
				continue
			}
			for _, imported := range f.imports {
				if matches(r.forbids, imported) && !matches(r.allows, imported) {
					found = append(found, fmt.Sprintf("%s imports %s, against the rule %q: %s", f.name, imported, r.name, r.reason))
				}
			}
		}
		if !f.test && matches(pure, f.pkg) {
			for _, call := range f.calls {
				if slices.Contains(clockCalls, call) {
					found = append(found, fmt.Sprintf("%s calls time.%s, against the rule %q: %s", f.name, call, "pure packages are given the time", "the same input gives the same output"))
				}
			}
		}
		if name, unknown := unknownDomain(f.pkg); unknown {
			found = append(found, fmt.Sprintf("%s is in the domain %s, which has no row in directions (internal/architecture/house_test.go): say there whose types it may use", f.name, name))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (r rule) binds(f file) bool {
	return (!f.test || r.inTests) && matches(r.of, f.pkg) && !matches(r.except, f.pkg)
}

func unknownDomain(pkg string) (string, bool) {
	rest, ok := strings.CutPrefix(pkg, "./services/")
	if !ok {
		return "", false
	}
	name, _, _ := strings.Cut(rest, "/")
	return name, !slices.ContainsFunc(directions, func(d direction) bool { return d.domain == name })
}

// matches reports whether one of the patterns names the package.
func matches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		root, below := strings.CutSuffix(pattern, "/...")
		if !below {
			return pkg == pattern
		}
		return pkg == root || strings.HasPrefix(pkg, root+"/")
	})
}
