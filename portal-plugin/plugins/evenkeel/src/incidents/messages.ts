export const incidentsMessages = {};
