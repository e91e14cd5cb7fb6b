package document

import (
	"cmp"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/policy"
)

// Kind heads every document of a policy.
const Kind = "ErrorBudgetPolicy"

// shape is a policy as it stands in YAML, by the names of the API.
type shape struct {
	APIVersion   string         `yaml:"apiVersion"`
	Kind         string         `yaml:"kind"`
	Slug         yamldoc.Text   `yaml:"slug"`
	Name         yamldoc.Text   `yaml:"name"`
	Description  yamldoc.Text   `yaml:"description,omitempty"`
	Reserve      float64        `yaml:"reserve,omitempty"`
	DisputeHours *int           `yaml:"disputeHours,omitempty"`
	Approval     *approvalShape `yaml:"approval,omitempty"`
	Clauses      []clauseShape  `yaml:"clauses"`
	// Attachments are where it is in force; nil where the document does not say.
	Attachments *[]attachmentShape `yaml:"attachments,omitempty"`
}

type attachmentShape struct {
	Target  policy.TargetKind `yaml:"target"`
	Service yamldoc.Text      `yaml:"service,omitempty"`
	Tier    int               `yaml:"tier,omitempty"`
	Mode    policy.Mode       `yaml:"mode,omitempty"`
}

// places are where it is in force.
func (s shape) places() []policy.Place {
	if s.Attachments == nil {
		return nil
	}
	places := make([]policy.Place, len(*s.Attachments))
	for i, a := range *s.Attachments {
		places[i] = policy.Place{Target: a.Target, Service: string(a.Service), Tier: a.Tier, Mode: cmp.Or(a.Mode, policy.Observe)}
	}
	return places
}

func attachmentsOf(places []policy.Place) *[]attachmentShape {
	if places == nil {
		return nil
	}
	out := make([]attachmentShape, len(places))
	for i, p := range places {
		out[i] = attachmentShape{Target: p.Target, Service: yamldoc.Text(p.Service), Tier: p.Tier, Mode: p.Mode}
	}
	return &out
}

type approvalShape struct {
	Author     yamldoc.Text   `yaml:"author,omitempty"`
	Reviewers  []yamldoc.Text `yaml:"reviewers,omitempty"`
	Approver   string         `yaml:"approver,omitempty"`
	ApprovedOn string         `yaml:"approvedOn,omitempty"`
	RevisitOn  string         `yaml:"revisitOn,omitempty"`
}

type clauseShape struct {
	Name        yamldoc.Text     `yaml:"name"`
	Description yamldoc.Text     `yaml:"description,omitempty"`
	When        yamldoc.Text     `yaml:"when"`
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
	Labels          []yamldoc.Text  `yaml:"labels,omitempty"`
	Template        yamldoc.Text    `yaml:"template,omitempty"`
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

func (s shape) draft() policy.Draft {
	d := policy.Draft{Slug: string(s.Slug), Name: string(s.Name), Description: string(s.Description), Terms: policy.Terms{Reserve: s.Reserve, DisputeHours: policy.DisputeHours}}
	if s.DisputeHours != nil {
		d.DisputeHours = *s.DisputeHours
	}
	if a := s.Approval; a != nil {
		d.Approval = policy.Approval{
			Author: string(a.Author), Reviewers: yamldoc.Texts[yamldoc.Text, string](a.Reviewers), Approver: id.ID(a.Approver), ApprovedOn: clock.Date(a.ApprovedOn), RevisitOn: clock.Date(a.RevisitOn),
		}
	}
	for _, c := range s.Clauses {
		clause := policy.Clause{Name: string(c.Name), Description: string(c.Description), When: string(c.When)}
		if c.Freeze != nil {
			clause.Freeze = &policy.Freeze{EarlyExit: c.Freeze.EarlyExit}
			if len(c.Freeze.Allow) > 0 { // an empty list says what none says
				clause.Freeze.Allow = c.Freeze.Allow
			}
		}
		if i := c.Issue; i != nil {
			clause.Issue = &policy.IssueAction{Priority: i.Priority, Labels: yamldoc.Texts[yamldoc.Text, string](i.Labels), Template: string(i.Template), CloseOnRecovery: i.CloseOnRecovery}
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
		APIVersion: yamldoc.APIVersion, Kind: Kind, Slug: yamldoc.Text(d.Slug), Name: yamldoc.Text(d.Name), Description: yamldoc.Text(d.Description), Reserve: d.Reserve, DisputeHours: &d.DisputeHours,
	}
	a := approvalShape{
		Author: yamldoc.Text(d.Approval.Author), Reviewers: yamldoc.Texts[string, yamldoc.Text](d.Approval.Reviewers), Approver: string(d.Approval.Approver),
		ApprovedOn: string(d.Approval.ApprovedOn), RevisitOn: string(d.Approval.RevisitOn),
	}
	if a.Author != "" || len(a.Reviewers) > 0 || a.Approver != "" || a.ApprovedOn != "" || a.RevisitOn != "" {
		s.Approval = &a
	}
	for _, c := range d.Clauses {
		clause := clauseShape{Name: yamldoc.Text(c.Name), Description: yamldoc.Text(c.Description), When: yamldoc.Text(c.When)}
		if c.Freeze != nil {
			clause.Freeze = &freezeShape{Allow: c.Freeze.Allow, EarlyExit: c.Freeze.EarlyExit}
		}
		if i := c.Issue; i != nil {
			clause.Issue = &issueShape{Priority: i.Priority, Labels: yamldoc.Texts[string, yamldoc.Text](i.Labels), Template: yamldoc.Text(i.Template), CloseOnRecovery: i.CloseOnRecovery}
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
