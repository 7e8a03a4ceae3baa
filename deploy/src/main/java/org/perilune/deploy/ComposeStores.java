package org.perilune.deploy;

import java.util.List;

/** The backing servers of the Compose deployment, and what is optional in it. */
final class ComposeStores {
    static final String HEAD = """
            # Made by ./perilune deploy from the topology: not to be edited. What is yours is in .env, secrets/ and
            # compose/settings.properties; ./perilune deploy --secrets makes what is missing of them.
            name: perilune

            services:""";

    static final String STORES = """

              postgresql:
                image: ${POSTGRESQL_IMAGE}
                user: "${PERILUNE_UID:-10001}:${PERILUNE_GID:-10001}"
                environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgresql-superuser, PGDATA: /var/lib/postgresql/data/perilune}
                command: ["postgres", "-c", "max_connections=200", "-c", "shared_buffers=128MB"]
                secrets: [postgresql-superuser, postgresql-accounts]
                volumes:
                  - postgresql:/var/lib/postgresql/data
                  - ./compose/postgresql.sh:/docker-entrypoint-initdb.d/accounts.sh:ro
                networks: [stores]
                cap_drop: [ALL]
                security_opt: [no-new-privileges]
                shm_size: 256m
                restart: unless-stopped
                stop_grace_period: 30s
                healthcheck:
                  test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"]
                  interval: 3s
                  timeout: 3s
                  retries: 20

              redis:
                image: ${REDIS_IMAGE}
                user: "${PERILUNE_UID:-10001}:${PERILUNE_GID:-10001}"
                command: ["redis-server", "/etc/redis/redis.conf"]
                secrets: [redis-users, redis-monitor]
                volumes:
                  - redis:/data
                  - ./compose/redis.conf:/etc/redis/redis.conf:ro
                networks: [stores]
                read_only: true
                cap_drop: [ALL]
                security_opt: [no-new-privileges]
                restart: unless-stopped
                stop_grace_period: 30s
                healthcheck:
                  test: ["CMD-SHELL", "REDISCLI_AUTH=\\"$$(cat /run/secrets/redis-monitor)\\" redis-cli --user monitor ping | grep -q PONG"]
                  interval: 3s
                  timeout: 3s
                  retries: 20

              rabbitmq:
                image: ${RABBITMQ_IMAGE}
                hostname: rabbitmq
                user: "${PERILUNE_UID:-10001}:${PERILUNE_GID:-10001}"
                secrets: [rabbitmq-definitions]
                volumes:
                  - rabbitmq:/var/lib/rabbitmq
                  - ./compose/rabbitmq.conf:/etc/rabbitmq/conf.d/90-perilune.conf:ro
                networks: [stores]
                cap_drop: [ALL]
                security_opt: [no-new-privileges]
                restart: unless-stopped
                stop_grace_period: 30s
                healthcheck:
                  test: ["CMD", "rabbitmq-diagnostics", "-q", "check_port_listener", "5672"]
                  interval: 10s
                  timeout: 9s
                  retries: 20
                  start_period: 30s

              mosquitto:
                image: ${MOSQUITTO_IMAGE}
                user: "${PERILUNE_UID:-10001}:${PERILUNE_GID:-10001}"
                command: ["mosquitto", "-c", "/mosquitto/config/mosquitto.conf"]
                secrets: [mosquitto-passwords, mosquitto-monitor]
                volumes:
                  - mosquitto:/mosquitto/data
                  - ./compose/mosquitto.conf:/mosquitto/config/mosquitto.conf:ro
                  - ./compose/mosquitto.acl:/mosquitto/config/mosquitto.acl:ro
                networks: [devices, stores]
                ports: ["${PERILUNE_MQTT_BIND:-127.0.0.1}:1883:1883"]
                read_only: true
                cap_drop: [ALL]
                security_opt: [no-new-privileges]
                restart: unless-stopped
                healthcheck:
                  test: ["CMD-SHELL", "mosquitto_sub -u monitor -P \\"$$(cat /run/secrets/mosquitto-monitor)\\" -t '$$SYS/broker/uptime' -C 1 -W 3"]
                  interval: 5s
                  timeout: 5s
                  retries: 20

              mongodb:
                image: ${MONGODB_IMAGE}
                user: "${PERILUNE_UID:-10001}:${PERILUNE_GID:-10001}"
                entrypoint: ["bash", "/etc/perilune/mongodb.sh"]
                secrets: [mongodb-keyfile, mongodb-administrator, timeline-mongodb, status-mongodb]
                volumes:
                  - mongodb:/data/db
                  - ./compose/mongodb.sh:/etc/perilune/mongodb.sh:ro
                networks: [stores]
                cap_drop: [ALL]
                security_opt: [no-new-privileges]
                restart: unless-stopped
                stop_grace_period: 30s
                healthcheck:
                  test: ["CMD", "bash", "/etc/perilune/mongodb.sh", "ready"]
                  interval: 5s
                  timeout: 5s
                  retries: 30

              opensearch:
                image: ${OPENSEARCH_IMAGE}
                environment:
                  discovery.type: single-node
                  plugins.security.ssl.http.enabled: "false"
                  OPENSEARCH_JAVA_OPTS: -Xms512m -Xmx512m
                entrypoint: ["bash", "/etc/perilune/opensearch.sh"]
                secrets: [opensearch-administrator]
                volumes:
                  - opensearch:/usr/share/opensearch/data
                  - ./compose/opensearch.sh:/etc/perilune/opensearch.sh:ro
                networks: [stores]
                mem_limit: 1536m
                restart: unless-stopped
                healthcheck:
                  test: ["CMD", "bash", "/etc/perilune/opensearch.sh", "ready"]
                  interval: 5s
                  timeout: 5s
                  retries: 40
            """;

    static final String OPTIONAL = """

              prometheus:
                image: ${PROMETHEUS_IMAGE}
                profiles: [observe]
                volumes:
                  - ./observe/prometheus.yaml:/etc/prometheus/prometheus.yml:ro
                  - ./observe/rules.yml:/etc/prometheus/rules.yml:ro
                  - prometheus:/prometheus
                networks: [services]
                ports: ["127.0.0.1:9090:9090"]

              adminer:
                image: ${ADMINER_IMAGE}
                profiles: [gui]
                environment: {ADMINER_DEFAULT_SERVER: postgresql}
                networks: [stores, services]
                ports: ["127.0.0.1:8082:8080"]
            """;

    static final String NETWORKS = """

            networks:
              devices:
              services:
                ipam:
                  config:
                    - subnet: %s
                      gateway: %s
              stores:
                internal: true

            volumes:
              postgresql:
              redis:
              rabbitmq:
              mosquitto:
              mongodb:
              opensearch:
              journal:
              prometheus:
            """.formatted(ComposeSettings.SUBNET, ComposeSettings.GATEWAY);

    /** What only the backing servers read. */
    static final List<String> SECRETS = List.of(
            "mongodb-administrator",
            "mongodb-keyfile",
            "mosquitto-monitor",
            "mosquitto-passwords",
            "postgresql-accounts",
            "postgresql-superuser",
            "rabbitmq-definitions",
            "redis-monitor",
            "redis-users");

    private ComposeStores() {}
}
