package notify

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/services/registry"
)

// TargetInput is what is declared of a target; an update replaces all of it but the team.
type TargetInput struct {
	Team    string // slug or identifier; empty for the platform
	Name    string
	Kind    Kind
	Address string
	Secret  string
	Rank    int
	Types   []event.Type
	Least   event.Urgency // Weekly when empty: all
	Hours   *Hours
	Enabled bool
}

// The bounds of what is declared.
const (
	MaxRank  = 1000
	maxEmail = 254 // RFC 5321, 4.5.3.1.3
)

// pagerDutyPath is where PagerDuty's Events API v2 takes alerts, and near which changes.
const pagerDutyPath = "/v2/enqueue"

// wants says of a kind what it has to have.
type wants struct{ address, secret string }

// wanted are, by kind, the words for what is needed; empty where nothing may be given,
// and in brackets where it may be left out.
var wanted = map[Kind]wants{
	Webhook:      {"the URL that takes the events, such as https://hooks.example.org/evenkeel", "the name of the secret with which they are signed"},
	Alertmanager: {"its base URL, such as https://alertmanager.example.org", "(the name of a secret that is sent as a bearer token)"},
	PagerDuty:    {"(another URL than that of PagerDuty in the United States)", "the name of the secret that is the integration's routing key"},
	Slack:        {"", "the name of the secret that is the URL of the incoming webhook"},
	Email:        {"the e-mail address, such as team@example.org", ""},
}

// check notes every fault that can be told from the input alone.
func (in TargetInput) check(check *fault.Check) {
	registry.CheckName(check, "/name", in.Name)
	check.Require(in.Rank >= 0 && in.Rank <= MaxRank, "/rank", in.Rank, "must be 0 to %d, the lowest first", MaxRank)
	check.Require(slices.Contains(event.Urgencies, in.Least), "/leastUrgency", in.Least, "must be one of %s", fault.Or(event.Urgencies))
	for i, t := range in.Types {
		at := fmt.Sprintf("/types/%d", i)
		kind, known := event.KindOf(t)
		check.Require(known, at, t, "must be a type of events, such as %q: see /v1/event-types", event.ViolationOpened)
		check.Require(!known || in.Kind != PagerDuty || kind.Lasts, at, t, "must be a type that lasts, such as %q: nothing would resolve others at PagerDuty, and ends go where their matter began", event.AlertPaged)
		check.Require(!slices.Contains(in.Types[:i], t), at, t, "is there twice")
	}
	if in.Hours != nil {
		in.Hours.check(check)
	}
	want, known := wanted[in.Kind]
	if !known {
		check.Fail("/kind", in.Kind, "must be one of %s", fault.Or(Kinds))
		return
	}
	checkWanted(check, "/address", in.Address, want.address, in.Kind)
	checkWanted(check, "/secret", in.Secret, want.secret, in.Kind)
	if in.Address != "" && in.Kind == Email {
		checkEmail(check, in.Address)
	} else if in.Address != "" {
		checkAddress(check, in.Address)
		check.Require(in.Kind != PagerDuty || strings.HasSuffix(in.Address, pagerDutyPath), "/address", nil, "must be the URL that takes events, such as https://events.eu.pagerduty.com%s", pagerDutyPath)
	}
	check.Require(in.Secret == "" || label.Is(in.Secret), "/secret", nil,
		"must be the name of a secret, never the secret itself: 1 to 63 lower-case letters, digits and hyphens, by which a file in secretsDir or a variable EVENKEEL_SECRET_… is looked up")
}

func checkWanted(check *fault.Check, pointer, given, want string, kind Kind) {
	switch {
	case want == "":
		check.Require(given == "", pointer, nil, "must be left out of a target of kind %s", kind)
	case !strings.HasPrefix(want, "("):
		check.Require(given != "", pointer, nil, "is required: %s", want)
	}
}

// checkAddress requires a URL that holds nothing that is secret: it is shown to everybody.
func checkAddress(check *fault.Check, address string) {
	registry.CheckURL(check, "/address", address)
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return // said already
	}
	check.Require(u.RawQuery == "" && !u.ForceQuery && u.Fragment == "", "/address", nil,
		"must have neither query nor fragment: addresses are shown to everybody, and what is secret does not belong there")
}

// checkEmail requires a bare address.
func checkEmail(check *fault.Check, address string) {
	a, err := mail.ParseAddress(address)
	plain := err == nil && a.Name == "" && a.Address == address && len(address) <= maxEmail &&
		!strings.ContainsFunc(address, func(r rune) bool {
			return r <= ' ' || r >= 0x7f || hidden.Rune(r) || strings.ContainsRune(`"(),:;<>[\]`, r)
		})
	check.Require(plain, "/address", address, "must be one e-mail address without a name, such as team@example.org")
}

// ownSecret reports whether the name of a secret is one that the team may use: the
// operator puts it there for that team. What follows the team's slug has no hyphen, so
// that no other team's name can be read out of it.
func ownSecret(name, team string) bool {
	word, found := strings.CutPrefix(name, "notify-"+team+"-")
	return found && word != "" && !strings.Contains(word, "-")
}
