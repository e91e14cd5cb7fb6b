package nobl9

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// APIVersion heads the objects that are read.
const APIVersion = "n9/v1alpha"

// project is that of an object that names none, as sloctl is set up.
const project = "default"

// Read reads the objects of a text. The error is a *yamldoc.Error with everything that is wrong,
// each at its place.
func Read(text []byte) (foreign.Reading, error) {
	policies := map[string]policy{}
	// Alert policies may come behind the SLOs that name them. What is wrong is told below, where all
	// of it is read.
	_, _ = foreign.Documents(text, func(p *foreign.Place) {
		for _, o := range objects(p.Whole()) {
			if o.Kind() == yamldoc.Names && o.Peek("kind") == "AlertPolicy" {
				policies[key(o)] = readPolicy(o)
			}
		}
	})
	return foreign.Documents(text, func(p *foreign.Place) {
		for _, o := range objects(p) {
			if o.Names() {
				object(o, policies)
			}
		}
	})
}

// objects are those of a document: itself, or those of the list that it is.
func objects(p *foreign.Place) []*foreign.Place {
	if p.Kind() == yamldoc.List {
		return p.List()
	}
	return []*foreign.Place{p}
}

// key tells objects of a kind apart.
func key(o *foreign.Place) string {
	metadata := o.Member("metadata")
	if metadata.Kind() != yamldoc.Names {
		return ""
	}
	return cmp.Or(metadata.Peek("project"), project) + "/" + metadata.Peek("name")
}

// elsewhere says what takes the place of kinds that are not SLOs.
var elsewhere = map[string]string{
	"Project":          "projects are teams here: make one, or write the team of its services",
	"AlertMethod":      "it is a notification target here",
	"AlertSilence":     "it is a mute here",
	"Alert":            "alerts are raised anew here",
	"DataExport":       "what is measured can be read from the API here",
	"RoleBinding":      "who may do what follows from teams here",
	"UserGroup":        "people belong to teams here",
	"BudgetAdjustment": "it is a correction of SLOs here, which can recur",
	"Report":           "reports are made of teams and services here",
	"Annotation":       "it is a change, or an incident, here",
}

func object(o *foreign.Place, policies map[string]policy) {
	if apiVersion := o.Required("apiVersion"); apiVersion != APIVersion {
		o.Whole().Member("apiVersion").Fail("must be %q", APIVersion)
		return
	}
	o.Skip("organization", "manifestSrc", "status")
	switch kind := o.Required("kind"); kind {
	case "SLO":
		slo(o, policies)
	case "Service":
		service(o)
	case "AlertPolicy":
		readPolicy(o).tell(o)
	case "Agent", "Direct":
		dataSource(o, kind)
	default:
		o.Whole()
		if what := elsewhere[kind]; what != "" {
			o.Member("kind").Note("%s %s has no place: %s", kind, fault.Clip(o.Member("metadata").Peek("name"), 64), what)
			return
		}
		o.Member("kind").Fail("must be a kind of Nobl9, such as SLO, Service or AlertPolicy")
	}
}

// service reads what is said of a service.
func service(o *foreign.Place) {
	metadata, spec := o.Member("metadata"), o.Member("spec")
	if !metadata.Names() {
		return
	}
	s := foreign.Described{
		Name: metadata.Required("name"), DisplayName: metadata.TextOf("displayName"), Project: metadata.TextOf("project"), Description: spec.TextOf("description"),
		Labels: labels(metadata),
	}
	metadata.Skip("annotations")
	spec.Skip("createdAt", "createdBy")
	spec.Tell("responsibleUsers", "have no place: the team of a service is responsible for it")
	spec.Tell("reviewCycle", "has no place: an SLO says when it is to be looked at again")
	o.Describe(s)
}

// labels are lists of values there.
func labels(metadata *foreign.Place) map[string]string {
	of := metadata.Member("labels")
	out := map[string]string{}
	for _, name := range of.MemberNames() {
		out[name] = strings.Join(of.Texts(name), ",")
	}
	return foreign.Union(nil, out)
}

// dataSource tells which data source to make of an agent or a direct.
func dataSource(o *foreign.Place, kind string) {
	o.Whole()
	name, spec := o.Member("metadata").Peek("name"), o.Member("spec")
	if spec.Kind() != yamldoc.Names {
		spec.Fail("is required")
		return
	}
	if of := spec.Member("prometheus"); of.Kind() == yamldoc.Names {
		o.Note("is the %s %s: make a data source of kind prometheus of it, with its address %s", kind, name, cmp.Or(of.Peek("url"), "(which is not written here)"))
		return
	}
	what := "of another kind"
	for _, member := range spec.MemberNames() {
		if spec.Member(member).Kind() == yamldoc.Names && speaks[member] {
			what = fmt.Sprintf("of %s, which speaks PromQL", member)
		}
	}
	o.Note("is the %s %s %s: make a data source of it where it speaks PromQL; otherwise push what it counts, or write an adapter that asks it", kind, name, what)
}
