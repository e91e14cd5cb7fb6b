export const organisationMessages = {} as const;
