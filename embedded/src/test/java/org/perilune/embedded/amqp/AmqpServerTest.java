package org.perilune.embedded.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.AmqpProcess;
import org.perilune.embedded.host.BackendsException;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.Secrets;

public class AmqpServerTest {
    @TempDir
    Path home;

    public static ConnectionFactory factory(int port, String user, String password) {
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setVirtualHost(AmqpServer.VIRTUAL_HOST);
        factory.setUsername(user);
        factory.setPassword(password);
        factory.setAutomaticRecoveryEnabled(false);
        return factory;
    }

    private AmqpServer start(int port, Secrets secrets) throws Exception {
        return AmqpServer.start(home.resolve("amqp"), port, secrets, List.of(Topology.EVENT_BUS));
    }

    @Test
    void keepsWhatItConfirmedWhenKilled() throws Exception {
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AmqpProcess.class.getName(),
                        home.toString())
                .redirectErrorStream(true)
                .start();
        try (var output = run.inputReader(UTF_8)) {
            assertThat(output.lines().anyMatch(line -> line.equals(AmqpProcess.READY)))
                    .isTrue();
            run.destroyForcibly().waitFor();
        }
        var secrets = new Secrets(home.resolve("secrets"));
        int port = Ports.choose(0);
        try (var server = start(port, secrets);
                var connection = factory(port, "event-bus", secrets.value("event-bus.amqp"))
                        .newConnection();
                var channel = connection.createChannel()) {
            assertThat(server.works()).isTrue();
            assertThat(server.clients()).isOne();
            for (int i = 0; i < AmqpProcess.MESSAGES; i++) {
                GetResponse message = channel.basicGet(AmqpProcess.QUEUE, true);
                assertThat(message.getBody()).containsExactly(i);
            }
            assertThat(channel.basicGet(AmqpProcess.QUEUE, true)).isNull();
        }
    }

    /** Services still hand over what they have when the JVM is told to end; the embedded backends stop the broker after them. */
    @Test
    void isNotStoppedByTheLibraryWhenTheJvmEnds() throws Exception {
        try (var server = start(Ports.choose(0), new Secrets(home.resolve("secrets")))) {
            assertThat(server.hook()).isPresent();
            assertThat(Runtime.getRuntime().removeShutdownHook(server.hook().orElseThrow()))
                    .as("there was a hook")
                    .isFalse();
        }
    }

    @Test
    void letsInOnlyServicesWithTheirSecret() throws Exception {
        var secrets = new Secrets(home.resolve("secrets"));
        int port = Ports.choose(0);
        try (var server = start(port, secrets)) {
            for (var stranger : List.of(
                    factory(port, "guest", "guest"),
                    factory(port, "event-bus", "wrong"),
                    factory(port, "telemetry", secrets.value("event-bus.amqp")))) {
                assertThatThrownBy(stranger::newConnection).isInstanceOf(PossibleAuthenticationFailureException.class);
            }
            assertThat(server.clients()).isZero();
        }
    }

    /** The broker ends the connection of whoever tries what is refused. */
    private static void assertRefused(ConnectionFactory stranger, Attempt attempt) throws Exception {
        try (var connection = stranger.newConnection()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            assertThatThrownBy(() -> {
                        attempt.on(channel);
                        channel.waitForConfirmsOrDie(10_000);
                    })
                    .hasStackTraceContaining("reply-code=403");
        } catch (AlreadyClosedException ended) {
            assertThat(ended).hasMessageContaining("reply-code=403");
        }
    }

    private interface Attempt {
        void on(Channel channel) throws Exception;
    }

    @Test
    void keepsServicesOutOfEachOthersQueues() throws Exception {
        var secrets = new Secrets(home.resolve("secrets"));
        int port = Ports.choose(0);
        String posts = Exchanges.queueOf(Topology.POSTS);
        try (var server = AmqpServer.start(
                        home.resolve("amqp"),
                        port,
                        secrets,
                        List.of(Topology.EVENT_BUS, Topology.POSTS, Topology.QUERY));
                var owner = factory(port, "posts", secrets.value("posts.amqp")).newConnection();
                var bus = factory(port, "event-bus", secrets.value("event-bus.amqp"))
                        .newConnection()) {
            assertThat(server.works()).isTrue();
            ConnectionFactory stranger = factory(port, "query", secrets.value("query.amqp"));
            Channel own = owner.createChannel();
            own.confirmSelect();
            own.exchangeDeclare(Exchanges.EVENTS, "topic", true);
            own.exchangeDeclare(Exchanges.DEAD_LETTERS, "direct", true);
            for (String queue : List.of(posts, Exchanges.DEAD_LETTER_QUEUE)) {
                own.queueDeclare(queue, true, false, false, null);
            }
            own.queueBind(posts, Exchanges.EVENTS, "Something");
            own.queueBind(Exchanges.DEAD_LETTER_QUEUE, Exchanges.DEAD_LETTERS, posts);
            byte[] body = {1};
            own.basicPublish(Exchanges.EVENTS, "Something", true, MessageProperties.PERSISTENT_BASIC, body);
            own.basicPublish(Exchanges.DEAD_LETTERS, posts, true, MessageProperties.PERSISTENT_BASIC, body);
            own.waitForConfirmsOrDie(10_000);

            assertRefused(stranger, channel -> channel.basicConsume(posts, false, new DefaultConsumer(channel)));
            assertRefused(stranger, channel -> channel.basicGet(posts, false));
            assertRefused(stranger, channel -> channel.basicGet(Exchanges.DEAD_LETTER_QUEUE, false));
            assertRefused(stranger, channel -> channel.queueDelete(posts));
            assertRefused(stranger, channel -> channel.exchangeDelete(Exchanges.EVENTS));
            assertRefused(
                    stranger, channel -> channel.basicPublish("", posts, MessageProperties.PERSISTENT_BASIC, body));

            Channel redrives = bus.createChannel();
            redrives.confirmSelect();
            redrives.basicPublish("", posts, true, MessageProperties.PERSISTENT_BASIC, body);
            redrives.waitForConfirmsOrDie(10_000);
            assertThat(redrives.basicGet(Exchanges.DEAD_LETTER_QUEUE, true)).isNotNull();
            assertThat(own.basicGet(posts, true)).isNotNull();
            assertThat(own.basicGet(posts, true)).isNotNull();
        }
    }

    @Test
    void namesTheSettingOfATakenPort() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> start(taken.getLocalPort(), new Secrets(home.resolve("secrets"))))
                    .isInstanceOf(BackendsException.class)
                    .hasMessageContaining("embedded.amqp.port");
        }
    }
}
