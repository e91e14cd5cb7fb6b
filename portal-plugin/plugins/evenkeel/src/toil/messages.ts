export const toilMessages = {};
