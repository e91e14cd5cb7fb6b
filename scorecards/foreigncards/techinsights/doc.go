// Package techinsights reads checks of Backstage's Tech Insights as a scorecard: those in app-config.yaml,
// techInsights.factChecker.checks, and those that its backend answers GET /checks with. A check is a rule
// of json-rules-engine. The forms are those of plugin-tech-insights-backend-module-jsonfc 0.6 (config.ts
// and config.json), and what an operator means is in json-rules-engine 7.3 (engine-default-operators.js):
// equal and notEqual compare value and type, contains and doesNotContain look into lists, in and notIn find
// the fact in a list, and those of numbers take what can be read as one.
//
// Its facts are typed by nothing in a check, so that a fact is of the type of what it is compared with. A
// list becomes texts by name, each element a name. A fact that is not there makes a check of Tech Insights
// be skipped; here its outcome is unknown.
package techinsights
