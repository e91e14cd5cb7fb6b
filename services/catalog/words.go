package catalog

import (
	"strings"

	"github.com/evenkeel/evenkeel/services/registry"
)

// lifecycles are the words that catalogs have for where something is in its life. Backstage knows
// the first of each row ("Descriptor Format of Catalog Entities", spec.lifecycle); the others are
// those that organisations use beside them.
var lifecycles = map[registry.Lifecycle]string{
	registry.Experimental: "experimental alpha beta poc prototype preview development dev incubating draft planned",
	registry.Production:   "production prod ga stable live mature active maintenance",
	registry.Deprecated:   "deprecated legacy sunset eol end-of-life retired obsolete",
}

// kinds are the types of components that say what sort of service something is. Backstage knows
// service, website and library (spec.type); what no row has is taken for HTTP.
var kinds = map[registry.Kind]string{
	registry.HTTP:     "service website api app application frontend backend web",
	registry.GRPC:     "grpc grpc-service",
	registry.Pipeline: "pipeline data-pipeline stream streaming etl data-product",
	registry.Batch:    "batch job cronjob cron workflow",
	registry.Stateful: "database db cache queue storage datastore",
	registry.LLM:      "llm ml-model model agent",
}

var lifecycleOf, kindOf = turned(lifecycles), turned(kinds)

func turned[T comparable](words map[T]string) map[string]T {
	out := map[string]T{}
	for of, list := range words {
		for word := range strings.FieldsSeq(list) {
			out[word] = of
		}
	}
	return out
}

// lifecycle returns what a word means; false when nobody knows.
func lifecycle(word string) (registry.Lifecycle, bool) {
	l, ok := lifecycleOf[strings.ToLower(word)]
	return l, ok
}

// kind returns what sort of service a component of that type is at first, which its team may know
// better.
func kind(word string) registry.Kind {
	if k, ok := kindOf[strings.ToLower(word)]; ok {
		return k
	}
	return registry.HTTP
}
