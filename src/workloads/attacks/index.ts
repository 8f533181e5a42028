/** The attacks, where code that trains has always found them. */
export * from '../../attacks/create-attack.js';
