package nobl9

import (
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// policy is what an alert policy says of burn rates.
type policy struct {
	burns  map[time.Duration]string // the rate by its window
	others []*foreign.Place         // conditions of something else
}

func readPolicy(o *foreign.Place) policy {
	out := policy{burns: map[time.Duration]string{}}
	o.Member("metadata").Whole()
	spec := o.Member("spec")
	spec.Skip("description", "severity", "coolDown")
	for _, c := range spec.Items("conditions") {
		if !c.Names() {
			continue
		}
		measurement, value := c.Required("measurement"), c.TextOf("value")
		window, over := c.TextOf("alertingWindow"), c.TextOf("lastsFor")
		c.Skip("op")
		length, err := time.ParseDuration(window)
		if window != "" && err != nil {
			c.Member("alertingWindow").Fail("must be a duration such as 1h")
		}
		if measurement != "averageBurnRate" || window == "" || err != nil || over != "" {
			out.others = append(out.others, c)
			continue
		}
		out.burns[length] = value
	}
	return out
}

// tell notes what of a policy has no place.
func (p policy) tell(o *foreign.Place) {
	spec := o.Member("spec")
	for _, c := range p.others {
		c.Note("has no place: a burn pair is of an averageBurnRate over an alertingWindow of 1h, 6h, 24h or 72h; conditions on what was burned belong to an error-budget policy")
	}
	spec.Tell("alertMethods", "are notification targets here, to which a team's routes lead")
}

// keeps reports whether the policy has a condition over the long window of the pair, and its rate.
func (p policy) keeps(pair budget.Pair) (string, bool) {
	rate, has := p.burns[pair.Long]
	return rate, has
}

// pairs reads which burn pairs the policies of an SLO keep; what is not kept is switched off.
func pairs(spec *foreign.Place, in string, policies map[string]policy, period time.Duration) (off []string) {
	names := spec.Items("alertPolicies")
	if len(names) == 0 {
		return []string{string(budget.Page), string(budget.Ticket)}
	}
	kept := map[string]bool{}
	for _, at := range names {
		of, known := policies[in+"/"+at.Text()]
		if !known {
			at.Note("is an alert policy that is not in the text: all burn pairs stay on")
			return nil
		}
		found := 0
		for _, pair := range budget.Pairs {
			rate, has := of.keeps(pair)
			if !has {
				continue
			}
			found++
			kept[pair.Name] = true
			if own := short(pair.Factor(period)); own != strings.TrimSuffix(rate, ".0") {
				at.Note("is the burn pair %s, at %s × there and at %s × here", pair.Name, rate, own)
			}
		}
		if found == 0 {
			at.Note("has no condition that is a burn pair, which see")
		}
	}
	if len(kept) == 0 {
		spec.Member("alertPolicies").Note("hold no burn pair: all of them stay on")
		return nil
	}
	for _, pair := range budget.Pairs {
		if !kept[pair.Name] {
			off = append(off, pair.Name)
		}
	}
	return off
}

// short is a factor without zeros at its end.
func short(r budget.Ratio) string {
	return strings.TrimRight(strings.TrimRight(r.Decimal(2), "0"), ".")
}
