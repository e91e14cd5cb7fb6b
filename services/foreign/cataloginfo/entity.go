package cataloginfo

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// entity is one that was read and becomes a thing.
type entity struct {
	told   catalog.Told
	origin foreign.Origin
	// needs are the references of components that it depends on, neededBy of those that depend on it,
	// and children of the groups below it, with where they are said.
	needs, neededBy, children []related
}

type related struct {
	ref string
	at  *foreign.Place
}

// elsewhere is what becomes of entities of other kinds.
var elsewhere = map[string]string{
	"user":     "people come with the sync of a portal, or by signing in",
	"api":      "APIs are no things here; the components that provide them are services",
	"resource": "resources are no things here; what a team runs for others is a service: write one where its reliability is looked after",
	"domain":   "domains are no things here; systems have no group above them",
	"location": "a location only leads to other files: name those to be read",
	"template": "templates are the portal's",
}

var rxRef = regexp.MustCompile(`^(?:([a-zA-Z]+):)?(?:([^/:]+)/)?([^/:]+)$`)

// refOf is a reference in full, in lower case; empty where the text is none.
func refOf(text, kind, namespace string) string {
	found := rxRef.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return ""
	}
	if found[1] != "" {
		kind = found[1]
	}
	if found[2] != "" {
		namespace = found[2]
	}
	return strings.ToLower(kind + ":" + namespace + "/" + found[3])
}

// readEntity reads one document; false where nothing becomes of it, which was told.
func readEntity(n *foreign.Place) (entity, bool) {
	if !n.There() || n.Kind() != yamldoc.Names {
		n.Fail("must be an entity of Backstage, with apiVersion, kind, metadata and spec")
		return entity{}, false
	}
	version := n.Member("apiVersion")
	if !strings.HasPrefix(version.Said(), "backstage.io/") {
		version.Fail("must be an entity of Backstage, such as backstage.io/v1alpha1")
		return entity{}, false
	}
	kind := strings.ToLower(n.Member("kind").Said())
	metadata := n.Member("metadata")
	namespace := metadata.Member("namespace").Text()
	if namespace == "" {
		namespace = "default"
	}
	name := metadata.Member("name").Said()
	if n.Wrong() {
		return entity{}, false
	}
	spec, annotations := n.Member("spec"), metadata.Member("annotations")
	metadata.Skip("uid", "etag", "generation")
	n.Skip("relations", "status") // what a catalog says of itself where it is exported
	e := entity{origin: n.Origin(), told: catalog.Told{
		Kind: catalog.Kind(kind), Ref: strings.ToLower(kind + ":" + namespace + "/" + name),
		Title: metadata.Member("title").Text(), Description: metadata.Member("description").Text(),
	}}
	e.told.UID = e.told.Ref
	// Annotations are the business of whoever reads them, and those of others are passed over.
	annotations.Skip(annotations.MemberNames()...)
	ref := func(field, kind string) string { return relatedTo(spec.Member(field), kind, namespace) }
	switch e.told.Kind {
	case catalog.Group:
		profile := spec.Member("profile")
		if display := profile.Member("displayName").Text(); display != "" {
			e.told.Title = display
		}
		e.told.Contact = profile.Member("email").Text()
		profile.Skip("picture")
		spec.Skip("type")
		e.told.Parent = ref("parent", "group")
		e.children = all(spec.Member("children"), "group", namespace)
		if members := spec.Member("members"); len(members.List()) > 0 {
			members.Note("are people, who come with the sync of a portal, or are made members here")
		}
	case catalog.System:
		e.told.Owner = ref("owner", "group")
		spec.Skip("type")
	case catalog.Component:
		e.told.Owner, e.told.System = ref("owner", "group"), ref("system", "system")
		e.told.Type, e.told.Lifecycle = spec.Member("type").Text(), spec.Member("lifecycle").Text()
		e.needs = all(spec.Member("dependsOn"), "component", namespace)
		e.neededBy = all(spec.Member("dependencyOf"), "component", namespace)
		spec.Skip("providesApis", "consumesApis") // APIs are no things here, which each is told of itself
		annotated(&e.told, annotations)
		places(&e.told, metadata, annotations)
	default:
		why := elsewhere[kind]
		if why == "" {
			why = "entities of this kind are no things here"
		}
		metadata.Skip(metadata.MemberNames()...)
		spec.Skip(specNames(spec)...)
		n.Member("kind").Leave("%s %q is left out: %s", n.Member("kind").Text(), name, why)
		return entity{}, false
	}
	return e, e.checked(n)
}

func specNames(spec *foreign.Place) []string {
	if spec.Kind() != yamldoc.Names {
		return nil
	}
	return spec.MemberNames()
}

// annotated takes what annotations of Evenkeel's own say.
func annotated(t *catalog.Told, annotations *foreign.Place) {
	t.Slug, t.ServiceKind = text(annotations, serviceAnnotation), text(annotations, kindAnnotation)
	if tier := annotations.Member(tierAnnotation); tier.There() {
		n, err := strconv.Atoi(strings.TrimSpace(tier.Text()))
		if err != nil || n < 1 || n > 4 {
			tier.Fail("must be 1, the most critical, to 4")
		}
		t.Tier = n
	}
}

// relatedTo is the one reference of a kind; one of another kind is told and left out.
func relatedTo(n *foreign.Place, kind, namespace string) string {
	if !n.There() {
		return ""
	}
	ref := refOf(n.Text(), kind, namespace)
	if ref == "" {
		n.Fail("must be a reference, such as %s:default/payments", kind)
		return ""
	}
	if !strings.HasPrefix(ref, kind+":") {
		n.Note("is no %s, and was left out", kind)
		return ""
	}
	return ref
}

func all(n *foreign.Place, kind, namespace string) []related {
	var out []related
	for _, one := range n.List() {
		if ref := relatedTo(one, kind, namespace); ref != "" {
			out = append(out, related{ref, one})
		}
	}
	return out
}

// pointers are where the document says what is wrong with what it tells.
var pointers = map[string]string{
	"/ref": "/metadata/name", "/uid": "/metadata/name", "/name": "/metadata/title", "/title": "/metadata/title", "/displayName": "/spec/profile/displayName", "/description": "/metadata/description",
	"/contact": "/spec/profile/email", "/parent": "/spec/parent", "/owner": "/spec/owner", "/system": "/spec/system", "/type": "/spec/type", "/lifecycle": "/spec/lifecycle",
	"/slug": "/metadata/annotations/evenkeel.dev~1service", "/serviceKind": "/metadata/annotations/evenkeel.dev~1kind",
	"/repository": "/metadata/annotations", "/docs": "/metadata/links", "/dashboard": "/metadata/links", "/runbook": "/metadata/links", "/onCall": "/metadata/links",
}

// checked has all that is wrong with the entity told at its place in the document.
func (e *entity) checked(n *foreign.Place) bool {
	told, err := e.told.Checked()
	e.told = told
	if err == nil {
		err = e.declared()
	}
	refused := fault.As(err)
	if refused == nil {
		return !n.Wrong()
	}
	said := map[string]bool{}
	for _, v := range refused.Violations {
		at := pointers[v.Pointer]
		if !said[at+v.Message] { // what is its name is its UID here
			n.FailAt(at, v.Value, "%s", v.Message)
		}
		said[at+v.Message] = true
	}
	return false
}

// declared is what is wrong with the thing that the entity becomes; its short name is judged apart.
func (e *entity) declared() error {
	const slug = "any"
	switch t := e.told; t.Kind {
	case catalog.Group:
		return registry.TeamInput{Slug: slug, Name: t.Name(), Description: t.Description, Contact: t.Contact}.Validate()
	case catalog.System:
		return registry.SystemInput{Slug: slug, Name: t.Name(), Description: t.Description}.Validate()
	default:
		return registry.ServiceInput{Slug: slug, Profile: t.Profile()}.Validate()
	}
}
