// Package suggest looks into a Prometheus and says what could be promised of the
// services that it finds there: it recognises common instrumentation by templates,
// which are data that a platform team extends, fits their indicators to each service,
// reads what the last four weeks would have been, and proposes an objective that they
// would have kept. What comes of it is a proposal: nothing is declared here.
package suggest
