package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
)

// The head of every document.
const (
	APIVersion = "evenkeel/v1"
	Kind       = "ErrorBudgetPolicy"
)

// shape is a policy as it stands in YAML, by the names of the API.
type shape struct {
	APIVersion   string         `yaml:"apiVersion"`
	Kind         string         `yaml:"kind"`
	Slug         text           `yaml:"slug"`
	Name         text           `yaml:"name"`
	Description  text           `yaml:"description,omitempty"`
	Reserve      float64        `yaml:"reserve,omitempty"`
	DisputeHours *int           `yaml:"disputeHours,omitempty"`
	Approval     *approvalShape `yaml:"approval,omitempty"`
	Clauses      []clauseShape  `yaml:"clauses"`
}

type approvalShape struct {
	Author     text   `yaml:"author,omitempty"`
	Reviewers  []text `yaml:"reviewers,omitempty"`
	Approver   string `yaml:"approver,omitempty"`
	ApprovedOn string `yaml:"approvedOn,omitempty"`
	RevisitOn  string `yaml:"revisitOn,omitempty"`
}

type clauseShape struct {
	Name        text             `yaml:"name"`
	Description text             `yaml:"description,omitempty"`
	When        text             `yaml:"when"`
	Freeze      *freezeShape     `yaml:"freeze,omitempty"`
	Issue       *issueShape      `yaml:"issue,omitempty"`
	Postmortem  *postmortemShape `yaml:"postmortem,omitempty"`
	Escalate    *escalateShape   `yaml:"escalate,omitempty"`
	Notify      *notifyShape     `yaml:"notify,omitempty"`
}

type freezeShape struct {
	Allow     []policy.ChangeClass `yaml:"allow,omitempty,flow"`
	EarlyExit bool                 `yaml:"earlyExit,omitempty"`
}

type issueShape struct {
	Priority        policy.Priority `yaml:"priority,omitempty"`
	Labels          []text          `yaml:"labels,omitempty"`
	Template        text            `yaml:"template,omitempty"`
	CloseOnRecovery bool            `yaml:"closeOnRecovery,omitempty"`
}

type postmortemShape struct {
	PriorityActions int `yaml:"priorityActions"`
}

type escalateShape struct {
	To        policy.Audience `yaml:"to"`
	AfterDays int             `yaml:"afterDays"`
}

type notifyShape struct {
	To []policy.Audience `yaml:"to,flow"`
}

// text is a string that is written between quotes unless it is plain, or lines that can stand
// as they are: what else can stand without quotes in YAML is a matter of many rules.
type text string

var (
	plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.,;()/<>=&|!+*\[\]'?%-]*( [A-Za-z0-9_.,;()/<>=&|!+*\[\]'?%-]+)*$`)
	lines = regexp.MustCompile(`^[!-~][ -~]*(\n[ -~]*[!-~])+\n?$`)
	// words are read as something else than a text.
	words = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// MarshalYAML implements yaml.InterfaceMarshaler.
func (t text) MarshalYAML() (any, error) {
	if plain.MatchString(string(t)) && !slices.Contains(words, strings.ToLower(string(t))) || lines.MatchString(string(t)) {
		return string(t), nil
	}
	return quoted(t), nil
}

// quoted is written between double quotes. What strconv.Quote escapes YAML does alike (YAML
// 1.2.2, section 5.7).
type quoted string

// MarshalYAML implements yaml.BytesMarshaler.
func (q quoted) MarshalYAML() ([]byte, error) { return []byte(strconv.Quote(string(q))), nil }

func texts[A, B ~string](of []A) []B {
	var out []B
	for _, one := range of {
		out = append(out, B(one))
	}
	return out
}

func (s shape) draft() policy.Draft {
	d := policy.Draft{Slug: string(s.Slug), Name: string(s.Name), Description: string(s.Description), Terms: policy.Terms{Reserve: s.Reserve, DisputeHours: policy.DisputeHours}}
	if s.DisputeHours != nil {
		d.DisputeHours = *s.DisputeHours
	}
	if a := s.Approval; a != nil {
		d.Approval = policy.Approval{
			Author: string(a.Author), Reviewers: texts[text, string](a.Reviewers), Approver: id.ID(a.Approver), ApprovedOn: clock.Date(a.ApprovedOn), RevisitOn: clock.Date(a.RevisitOn),
		}
	}
	for _, c := range s.Clauses {
		clause := policy.Clause{Name: string(c.Name), Description: string(c.Description), When: string(c.When)}
		if c.Freeze != nil {
			clause.Freeze = &policy.Freeze{Allow: c.Freeze.Allow, EarlyExit: c.Freeze.EarlyExit}
		}
		if i := c.Issue; i != nil {
			clause.Issue = &policy.IssueAction{Priority: i.Priority, Labels: texts[text, string](i.Labels), Template: string(i.Template), CloseOnRecovery: i.CloseOnRecovery}
			if i.Priority == "" {
				clause.Issue.Priority = policy.PriorityP1
			}
		}
		if c.Postmortem != nil {
			clause.Postmortem = &policy.PostmortemClaim{PriorityActions: c.Postmortem.PriorityActions}
		}
		if c.Escalate != nil {
			clause.Escalate = &policy.Escalation{To: c.Escalate.To, AfterDays: c.Escalate.AfterDays}
		}
		if c.Notify != nil {
			clause.Notify = &policy.Notification{To: c.Notify.To}
		}
		d.Clauses = append(d.Clauses, clause)
	}
	return d
}

func shapeOf(d policy.Draft) shape {
	s := shape{
		APIVersion: APIVersion, Kind: Kind, Slug: text(d.Slug), Name: text(d.Name), Description: text(d.Description), Reserve: d.Reserve, DisputeHours: &d.DisputeHours,
	}
	a := approvalShape{
		Author: text(d.Approval.Author), Reviewers: texts[string, text](d.Approval.Reviewers), Approver: string(d.Approval.Approver),
		ApprovedOn: string(d.Approval.ApprovedOn), RevisitOn: string(d.Approval.RevisitOn),
	}
	if a.Author != "" || len(a.Reviewers) > 0 || a.Approver != "" || a.ApprovedOn != "" || a.RevisitOn != "" {
		s.Approval = &a
	}
	for _, c := range d.Clauses {
		clause := clauseShape{Name: text(c.Name), Description: text(c.Description), When: text(c.When)}
		if c.Freeze != nil {
			clause.Freeze = &freezeShape{Allow: c.Freeze.Allow, EarlyExit: c.Freeze.EarlyExit}
		}
		if i := c.Issue; i != nil {
			clause.Issue = &issueShape{Priority: i.Priority, Labels: texts[string, text](i.Labels), Template: text(i.Template), CloseOnRecovery: i.CloseOnRecovery}
		}
		if c.Postmortem != nil {
			clause.Postmortem = &postmortemShape{PriorityActions: c.Postmortem.PriorityActions}
		}
		if c.Escalate != nil {
			clause.Escalate = &escalateShape{To: c.Escalate.To, AfterDays: c.Escalate.AfterDays}
		}
		if c.Notify != nil {
			clause.Notify = &notifyShape{To: c.Notify.To}
		}
		s.Clauses = append(s.Clauses, clause)
	}
	return s
}
