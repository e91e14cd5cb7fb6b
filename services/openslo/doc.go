// Package openslo writes what is declared here as documents of OpenSLO v1, and reads such
// documents as declarations (https://github.com/OpenSLO/OpenSLO, apiVersion openslo/v1). What
// OpenSLO has no field for is in annotations with the prefix evenkeel.dev/, so that what is
// written is read as the same; what a document says that has no place here is told as a warning.
// As yet there are the kinds SLO and SLI, and data sources as they are referred to.
package openslo
