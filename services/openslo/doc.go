// Package openslo reads and writes documents of OpenSLO v1, of all seven kinds
// (https://github.com/OpenSLO/OpenSLO, apiVersion openslo/v1), and judges them: as the prose of the
// specification has it, or strictly, as its reference implementation does. An SLO is read as a
// declaration and written from one. What OpenSLO has no field for is in annotations with the prefix
// evenkeel.dev/, so that what is written is read as the same; what a document says that has no
// place in a declaration goes along as Extras, and is told as a warning. The package is pure: whether
// a service or a data source is there is for whoever declares what was read.
package openslo
