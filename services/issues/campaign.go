package issues

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// CampaignAsk is what a campaign asks of a service that is not done near its day.
type CampaignAsk struct {
	Campaign id.ID
	Service  id.ID
	Name     string
	Why      string // of whoever runs it
	DueOn    string // such as "2027-02-26"
	Checks   []string
}

// campaignSheet is what the templates of a campaign say.
type campaignSheet struct {
	CampaignAsk
	ServiceName string
	Ended       string // why
	Link        string
	Close       bool
	Fingerprint string
}

// CampaignAsks wants an issue about what the campaign asks of the service, or has it say what that is
// now. One that was closed is wanted open again.
func (s *Service) CampaignAsks(ctx context.Context, a CampaignAsk, now time.Time) error {
	issue, err := s.ofCampaign(ctx, a.Campaign, a.Service)
	if err != nil {
		return err
	}
	service, team, err := s.owners(ctx, a.Service)
	if err != nil {
		return err
	}
	m := matter{kind: KindCampaign, subject: a.Campaign, episode: a.Campaign, fingerprint: Fingerprint(KindCampaign, a.Service, a.Campaign, "", a.Campaign), service: service, team: team, label: "campaign"}
	m.sheet = campaignSheet{CampaignAsk: a, ServiceName: service.Name, Link: s.publicURL + "/campaigns/" + string(a.Campaign), Close: s.closes(KindCampaign), Fingerprint: m.fingerprint}
	return s.wantAbout(ctx, issue, m, now)
}

// CampaignSettled wants the issue about what the campaign asks of the service closed, and says why.
func (s *Service) CampaignSettled(ctx context.Context, campaign, service id.ID, why string, now time.Time) error {
	issue, err := s.ofCampaign(ctx, campaign, service)
	if err != nil {
		return err
	}
	return s.settle(ctx, issue, "", "ended", campaignSheet{Ended: why, Close: s.closes(KindCampaign)}, now)
}

// CampaignServices returns the services of which an issue about the campaign is wanted open.
func (s *Service) CampaignServices(ctx context.Context, campaign id.ID) ([]id.ID, error) {
	var out []id.ID
	open := true
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.store.Issues(ctx, Filter{Subject: campaign, Kind: KindCampaign, Open: &open}, r)
		if err != nil {
			return nil, fmt.Errorf("look for the issues of campaign %s: %w", campaign, err)
		}
		for _, issue := range found.Items {
			out = append(out, issue.Service)
		}
		if r.After = found.Next; r.After == "" {
			return out, nil
		}
	}
}

// ofCampaign returns the issue about what the campaign asks of the service, nil when there is none.
func (s *Service) ofCampaign(ctx context.Context, campaign, service id.ID) (*Issue, error) {
	found, err := s.store.Issues(ctx, Filter{Subject: campaign, Service: service, Kind: KindCampaign}, page.Request{Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("look for an issue of campaign %s: %w", campaign, err)
	}
	if len(found.Items) == 0 {
		return nil, nil
	}
	return &found.Items[0], nil
}
