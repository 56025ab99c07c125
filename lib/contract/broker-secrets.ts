/** The files in the folder of credentials. */
export const CredentialFile = { USERNAME: 'username', PASSWORD: 'password' } as const;

/** The volumes of our containers that say how to reach the broker. A rehearsal has a broker of its own, and needs none. */
export const BrokerVolume = { CREDENTIALS: 'work-queue-credentials', AUTHORITIES: 'work-queue-authorities' } as const;

/** The file in the folder of authorities. */
export const AUTHORITIES_FILE = 'ca.crt';

/** The keys of the Secret that the credentials program makes for the administrator of a broker. */
export const AdminSecretKey = { ...CredentialFile, ERLANG_COOKIE: 'erlang-cookie' } as const;

/** The files that are made in the home folder of a RabbitMQ server before it starts. */
export const RabbitMQFile = { ERLANG_COOKIE: '.erlang.cookie', DEFINITIONS: 'definitions.json' } as const;
