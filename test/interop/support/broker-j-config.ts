/** What Broker-J starts with. Whatever is not here is its default. */
export function brokerJConfig({ username, password }: { username: string; password: string }) {
  return {
    name: 'interop',
    modelVersion: '9.1',
    authenticationproviders: [
      {
        name: 'users',
        type: 'Plain',
        // By default it offers PLAIN over TLS only.
        secureOnlyMechanisms: [],
        users: [{ name: username, type: 'managed', password }],
      },
    ],
    ports: [
      {
        name: 'amqp',
        type: 'AMQP',
        bindingAddress: '127.0.0.1',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Broker-J expands it
        port: '${qpid.amqp_port}',
        protocols: ['AMQP_0_9_1'],
        authenticationProvider: 'users',
        // For clients that name the virtual host, and for those that ask for `/`.
        virtualhostaliases: [
          { name: 'by-name', type: 'nameAlias' },
          { name: 'default', type: 'defaultAlias' },
        ],
      },
    ],
    virtualhostnodes: [
      {
        name: 'work',
        type: 'JSON',
        defaultVirtualHostNode: 'true',
        virtualHostInitialConfiguration: JSON.stringify({ type: 'DERBY' }),
      },
    ],
  };
}
