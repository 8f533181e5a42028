/** The interface of a network, where code that trains has always found it. */
export * from '../networks/network.js';
