export const organisationMessages = {};
