package access

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// GitHubActions is the issuer of the ID tokens of jobs on GitHub.com.
const GitHubActions = "https://token.actions.githubusercontent.com"

// WorkloadIdentity lets workloads of a team in that hold a token of another issuer: that of a job of
// GitHub Actions, of a service account of a cluster. Such a token is worth a short-lived workload token
// where it was made for the audience and its claims meet every rule.
type WorkloadIdentity struct {
	ID       id.ID
	Team     id.ID
	Name     string
	Issuer   string
	Audience string
	Claims   []ClaimRule // by the names of the claims
	Scopes   []Scope     // never ScopeAdmin
	// LastUsedAt is when it last let somebody in.
	LastUsedAt *time.Time `audit:"-"`
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// ClaimRule is what a claim has to be: exactly the text, or a text that the pattern matches in which
// each * stands for one character or more.
type ClaimRule struct {
	Claim string
	Value string
}

// The bounds of what is declared of an identity.
const (
	maxClaimRules = 10
	maxClaimValue = 512
	maxAudience   = 255
)

func (w WorkloadIdentity) object() Object {
	return Object{Kind: KindWorkloadIdentity, ID: w.ID, Label: w.Name, Team: w.Team}
}

// Matches reports whether claims meet every rule. Only texts, numbers and truth values are looked at; they
// come as the texts by which they are written.
func (w WorkloadIdentity) Matches(claims map[string]string) bool {
	for _, rule := range w.Claims {
		value, there := claims[rule.Claim]
		if !there || !glob(rule.Value, value) {
			return false
		}
	}
	return len(w.Claims) > 0
}

// glob reports whether the pattern matches the whole text. A * stands for one character or more: what was
// left empty is not matched by it.
func glob(pattern, text string) bool {
	// Where no more of the text matches, the last * takes one character more.
	star, from := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
			t++ // at least one
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from+1
		default:
			return false
		}
	}
	return p == len(pattern)
}

// covers reports whether every text that the other pattern matches is matched by this one, as far as
// that is told by matching the other as a text, in which its * is one character as good as another.
func covers(pattern, other string) bool { return glob(pattern, other) }

// includes reports whether every token that the other lets in is let in by this one too.
func (w WorkloadIdentity) includes(other WorkloadIdentity) bool {
	if w.Issuer != other.Issuer || w.Audience != other.Audience {
		return false
	}
	for _, rule := range w.Claims {
		i := slices.IndexFunc(other.Claims, func(o ClaimRule) bool { return o.Claim == rule.Claim })
		if i < 0 || !covers(rule.Value, other.Claims[i].Value) {
			return false
		}
	}
	return true
}

// WorkloadIdentityInput is what is declared of an identity; an update replaces all of it but the team.
type WorkloadIdentityInput struct {
	Name     string
	Issuer   string
	Audience string // empty: that of the installation
	Claims   []ClaimRule
	Scopes   []Scope // none means ScopePush
}

// ofNobody are claims that say who made a token, for whom and when, and nothing of who holds it.
var ofNobody = []string{"iss", "aud", "exp", "iat", "nbf", "jti"}

// ownerOf are the claims of GitHub Actions of which one has to name whose jobs are meant, with what
// their rules have to begin with: not even a part of the owner's name is left open.
var ownerOf = map[string]*regexp.Regexp{
	"repository":    regexp.MustCompile(`^[^*/]+/.`),
	"repository_id": regexp.MustCompile(`^[0-9]+$`),
	"sub":           regexp.MustCompile(`^repo:[^*/]+/.`),
}

// check notes every fault that can be told from the input alone; issuers are those that the
// installation trusts at all.
func (in WorkloadIdentityInput) check(check *fault.Check, issuers []string) {
	CheckLine(check, "/name", in.Name, 1, maxName)
	switch {
	case len(issuers) == 0:
		check.Fail("/issuer", in.Issuer, "cannot be trusted: this installation trusts no issuer of workloads; an administrator names them in workloads.issuers")
	case !slices.Contains(issuers, in.Issuer):
		check.Fail("/issuer", in.Issuer, "must be an issuer that this installation trusts: %s", fault.Or(issuers))
	}
	CheckLine(check, "/audience", in.Audience, 1, maxAudience)
	in.checkClaims(check)
	for i, scope := range in.Scopes {
		pointer := fmt.Sprintf("/scopes/%d", i)
		switch {
		case scope == ScopeAdmin:
			check.Fail(pointer, scope, "must not be given to a workload: only people administer")
		case !slices.Contains(Scopes, scope):
			check.Fail(pointer, scope, "must be one of %s", fault.Or(workloadScopes))
		case slices.Contains(in.Scopes[:i], scope):
			check.Fail(pointer, scope, "is named twice")
		}
	}
}

// workloadScopes are those that a workload can have.
var workloadScopes = []Scope{ScopeRead, ScopeWrite, ScopePush}

func (in WorkloadIdentityInput) checkClaims(check *fault.Check) {
	if len(in.Claims) == 0 || len(in.Claims) > maxClaimRules {
		check.Fail("/claims", len(in.Claims), "must have 1 to %d rules: without one, everybody would be let in for whom the issuer makes tokens", maxClaimRules)
		return
	}
	owner, narrow := false, false
	for _, rule := range in.Claims {
		pointer := "/claims/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(rule.Claim)
		CheckLine(check, pointer, rule.Claim, 1, maxName)
		CheckLine(check, pointer, rule.Value, 1, maxClaimValue)
		check.Require(!slices.Contains(ofNobody, rule.Claim), pointer, rule.Claim, "must be a claim of who holds the token; iss and aud are the issuer and the audience, and the times are looked at anyway")
		check.Require(!strings.Contains(rule.Value, "**"), pointer, rule.Value, "must have no two * beside each other")
		narrow = narrow || strings.Trim(rule.Value, "*") != ""
		form := ownerOf[rule.Claim]
		owner = owner || form != nil && form.MatchString(rule.Value)
	}
	check.Require(narrow, "/claims", nil, "must have a rule that is more than *: as it is, everybody is let in for whom the issuer makes tokens")
	check.Require(!isGitHubActions(in.Issuer) || owner, "/claims", nil,
		"must say whose jobs are meant: repository such as acme/checkout or acme/*, repository_id such as 1296269, or sub such as repo:acme/checkout:*; as it is, jobs of other organisations could be let in")
}

// isGitHubActions reports whether the issuer is that of jobs on GitHub.com; that of an enterprise has its name
// behind it.
func isGitHubActions(issuer string) bool {
	return issuer == GitHubActions || strings.HasPrefix(issuer, GitHubActions+"/")
}

// apply gives an identity what the input says.
func (in WorkloadIdentityInput) apply(w *WorkloadIdentity) {
	w.Name, w.Issuer, w.Audience, w.Scopes = in.Name, in.Issuer, in.Audience, slices.Clone(in.Scopes)
	w.Claims = slices.SortedFunc(slices.Values(in.Claims), func(a, b ClaimRule) int { return cmp.Compare(a.Claim, b.Claim) })
}
