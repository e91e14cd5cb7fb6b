package openslo

import (
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// Library holds what documents refer to, which may be in any file.
type Library struct {
	Options    Options
	slis       map[string]found[SLISpec]
	policies   map[string]found[AlertPolicySpec]
	conditions map[string]found[AlertConditionSpec]
	targets    map[string]found[AlertNotificationTargetSpec]
	// places are those of documents by what they are of.
	places map[identity]yamldoc.Document
	kinds  map[string]bool // of which there are documents
}

// identity is what there is one document of: an SLO of a service, or something else of a kind.
type identity struct{ kind, service, name string }

// found is a document and its place.
type found[S any] struct {
	of  *Object[S]
	doc yamldoc.Document
}

// Add takes a document, keeps it where others may refer to it, and reports whether it is an SLO,
// which is for Read. The error is a *yamldoc.Error: it is no document of OpenSLO v1, or not right.
func (l *Library) Add(d yamldoc.Document) (isSLO bool, err error) {
	if d.Head("apiVersion") == APIVersion && d.Head("kind") == KindSLO {
		return true, nil
	}
	j := &judge{doc: d, options: l.Options}
	of := j.read()
	if of != nil {
		l.once(j, of)
	}
	if len(j.wrong) > 0 {
		return false, &yamldoc.Error{Problems: j.wrong}
	}
	l.keep(of, d)
	return false, nil
}

// Read reads a document that is an SLO, with what the library has of what it refers to. The error
// is a *yamldoc.Error with all that is wrong, each at its place.
func (l *Library) Read(d yamldoc.Document) (Reading, error) {
	j := &judge{doc: d, options: l.Options}
	of, _ := j.read().(*SLO)
	if len(j.wrong) > 0 {
		return Reading{}, &yamldoc.Error{Problems: j.wrong}
	}
	r := &reader{doc: d, slo: of, warnings: j.warnings}
	return r.reading(l)
}

// keep has a document for those that refer to it.
func (l *Library) keep(of any, d yamldoc.Document) {
	switch of := of.(type) {
	case *SLI:
		keepIn(&l.slis, of, d)
	case *AlertPolicy:
		keepIn(&l.policies, of, d)
	case *AlertCondition:
		keepIn(&l.conditions, of, d)
	case *AlertNotificationTarget:
		keepIn(&l.targets, of, d)
	}
}

func keepIn[S any](into *map[string]found[S], of *Object[S], d yamldoc.Document) {
	if *into == nil {
		*into = map[string]found[S]{}
	}
	(*into)[string(of.Metadata.Name)] = found[S]{of, d}
}

// identify is what a document is of.
func identify(of any) identity {
	switch of := of.(type) {
	case *DataSource:
		return identity{KindDataSource, "", string(of.Metadata.Name)}
	case *Service:
		return identity{KindService, "", string(of.Metadata.Name)}
	case *SLI:
		return identity{KindSLI, "", string(of.Metadata.Name)}
	case *AlertPolicy:
		return identity{KindAlertPolicy, "", string(of.Metadata.Name)}
	case *AlertCondition:
		return identity{KindAlertCondition, "", string(of.Metadata.Name)}
	case *AlertNotificationTarget:
		return identity{KindAlertNotificationTarget, "", string(of.Metadata.Name)}
	case *SLO:
		return identity{KindSLO, string(of.Spec.Service), string(of.Metadata.Name)}
	}
	panic(fmt.Sprintf("%T is no document", of))
}

// once requires that nothing else is called like it, and reports whether nothing is.
func (l *Library) once(j *judge, of any) bool {
	is := identify(of)
	before, there := l.places[is]
	if !there {
		if l.places == nil {
			l.places, l.kinds = map[identity]yamldoc.Document{}, map[string]bool{}
		}
		l.places[is], l.kinds[is.kind] = j.doc, true
		return true
	}
	where := fmt.Sprintf("document %d", before.Number)
	if before.In != "" {
		where = before.In + ", " + where
	}
	line, _ := before.Line("/metadata/name")
	what := "is the name of another " + is.kind
	if is.kind == KindSLO {
		what += " of the service " + fault.Clip(is.service, 64)
	}
	p := j.doc.Place([]fault.Violation{{Pointer: "/metadata/name", Value: is.name, Message: fmt.Sprintf("%s, in %s, line %d", what, where, line)}}).Problems[0]
	p.Rule = "identity"
	j.wrong = append(j.wrong, p)
	return false
}

// refers tells what a document other than an SLO refers to and is not there. No document needs it
// to be right: what alerts do is set up by itself here.
func (l *Library) refers(j *judge, of any) {
	switch of := of.(type) {
	case *SLI:
		l.sources(j, of.Spec, "/spec")
	case *AlertPolicy:
		l.policy(j, of.Spec, "/spec")
	case *SLO:
		s := of.Spec
		l.names(j, KindService, string(s.Service), "/spec/service")
		if s.Indicator != nil {
			l.sources(j, s.Indicator.Spec, "/spec/indicator/spec")
		}
		for i, o := range s.Objectives {
			at := fmt.Sprintf("/spec/objectives/%d", i)
			if o.Indicator != nil {
				l.sources(j, o.Indicator.Spec, at+"/indicator/spec")
			}
			if ref := said(o.IndicatorRef); ref != "" {
				_, there := l.slis[string(ref)]
				j.require(there, ruleIndicatorThere, at+"/indicatorRef", string(ref), "names an SLI that is not in the text; add its document")
			}
		}
		if ref := said(s.IndicatorRef); ref != "" && s.Indicator == nil {
			_, there := l.slis[string(ref)]
			j.require(there, ruleIndicatorThere, "/spec/indicatorRef", string(ref), "names an SLI that is not in the text; add its document")
		}
		for i, p := range s.AlertPolicies {
			at := fmt.Sprintf("/spec/alertPolicies/%d", i)
			if ref := said(p.AlertPolicyRef); ref != "" {
				_, there := l.policies[string(ref)]
				l.missing(j, there, KindAlertPolicy, string(ref), at+"/alertPolicyRef")
			} else if p.Spec != nil {
				l.policy(j, *p.Spec, at+"/spec")
			}
		}
	}
}

func (l *Library) policy(j *judge, s AlertPolicySpec, at string) {
	for i, c := range s.Conditions {
		if ref := said(c.ConditionRef); ref != "" {
			_, there := l.conditions[string(ref)]
			l.missing(j, there, KindAlertCondition, string(ref), fmt.Sprintf("%s/conditions/%d/conditionRef", at, i))
		}
	}
	for i, t := range s.NotificationTargets {
		if ref := said(t.TargetRef); ref != "" {
			_, there := l.targets[string(ref)]
			l.missing(j, there, KindAlertNotificationTarget, string(ref), fmt.Sprintf("%s/notificationTargets/%d/targetRef", at, i))
		}
	}
}

func (l *Library) missing(j *judge, there bool, kind, name, at string) {
	if !there {
		j.warnings = append(j.warnings, warning(j.doc, WarnReference, at, "there is no %s %q among the documents", kind, fault.Clip(name, 64)))
	}
}

// names tells of a service or data source that is not among the documents, where any is: they may
// be on the server.
func (l *Library) names(j *judge, kind, name, at string) {
	if name == "" || !l.kinds[kind] {
		return
	}
	_, there := l.places[identity{kind, "", name}]
	l.missing(j, there, kind, name, at)
}

func (l *Library) sources(j *judge, s SLISpec, at string) {
	of := map[string]*Metric{"/thresholdMetric": s.ThresholdMetric}
	if r := s.RatioMetric; r != nil {
		of["/ratioMetric/good"], of["/ratioMetric/bad"], of["/ratioMetric/total"], of["/ratioMetric/raw"] = r.Good, r.Bad, r.Total, r.Raw
	}
	for name, m := range of {
		if m != nil {
			l.names(j, KindDataSource, string(m.MetricSource.Ref), at+name+"/metricSource/metricSourceRef")
		}
	}
}
