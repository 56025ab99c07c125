/** The files in the credentials folder. */
export const CredentialFile = { USERNAME: 'username', PASSWORD: 'password' } as const;

/**
 * The volumes that tell the containers of this package how to reach the broker. A rehearsal has a broker of its own and
 * needs neither.
 */
export const BrokerVolume = { CREDENTIALS: 'work-queue-credentials', AUTHORITIES: 'work-queue-authorities' } as const;

/** The file in the authorities folder. */
export const AUTHORITIES_FILE = 'ca.crt';

/** The keys of the Secret that the credentials program creates for the administrator of a broker. */
export const AdminSecretKey = { ...CredentialFile, ERLANG_COOKIE: 'erlang-cookie' } as const;

/** The file on a RabbitMQ node's volume with all usernames that the node's Secrets have ever had. */
export const USERNAMES_FILE = 'work-queue-usernames.json';

/** The files that are written to the home folder of a RabbitMQ server before it starts. */
export const RabbitMQFile = { ERLANG_COOKIE: '.erlang.cookie', DEFINITIONS: 'definitions.json' } as const;
