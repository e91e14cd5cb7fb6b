package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Refusal is what an authoriser refused; it is the cause of a Forbidden fault,
// and is recorded at the edge after the transaction ended.
type Refusal struct {
	Caller Caller
	Verb   Verb
	Object Object
	Reason string
}

// Error says what was refused.
func (r *Refusal) Error() string { return r.Reason }

// RefusalIn returns what an authoriser refused, if that is why err was returned.
func RefusalIn(err error) (Refusal, bool) {
	var r *Refusal
	if errors.As(err, &r) {
		return *r, true
	}
	return Refusal{}, false
}

func unauthenticated() error {
	return fault.New(fault.Unauthenticated, "unauthenticated", "sign in, or send a token as \"Authorization: Bearer ek_…\"")
}

func lacks(rule Rule, need Scope) string {
	if need == ScopeAdmin {
		return fmt.Sprintf("only administrators, with a token of the scope %q, may %s %s", need, rule.Verb, rule.Kind.indefinite())
	}
	return fmt.Sprintf("the token lacks the scope %q, which it takes to %s %s", need, rule.Verb, rule.Kind.indefinite())
}

// words returns the kind as it is spoken.
func (k Kind) words() string { return strings.ReplaceAll(string(k), "_", " ") }

// indefinite returns the kind with its article.
func (k Kind) indefinite() string {
	if k == KindSLO || k == KindSLA || strings.ContainsAny(string(k[:min(1, len(k))]), "aeiou") {
		return "an " + k.words()
	}
	return "a " + k.words()
}

// Refused is the fault of a rule of a domain, with the refusal that is recorded.
func Refused(ctx context.Context, verb Verb, o Object, code, reason string) error {
	e := fault.New(fault.Forbidden, code, "%s", reason)
	e.Err = &Refusal{Caller: CallerFrom(ctx), Verb: verb, Object: o, Reason: reason}
	return e
}

func refuse(c Caller, verb Verb, o Object, reason string) error {
	if reason == "" {
		switch grants[Rule{verb, o.Kind}] {
		case nobody:
			reason = fmt.Sprintf("only administrators may %s this %s", verb, o.Kind.words())
		case portal:
			reason = fmt.Sprintf("only a portal and administrators may %s %s", verb, o.Kind.indefinite())
		case anybody:
			reason = fmt.Sprintf("a %s may not %s %s; a person may", c.Kind, verb, o.Kind.indefinite())
		case self:
			reason = fmt.Sprintf("only its person, the members of its team and administrators may %s this %s", verb, o.Kind.words())
		default:
			reason = fmt.Sprintf("only members of the owning team and administrators may %s this %s", verb, o.Kind.words())
		}
	}
	e := fault.New(fault.Forbidden, "forbidden", "%s", reason)
	e.Err = &Refusal{Caller: c, Verb: verb, Object: o, Reason: reason}
	return e
}
