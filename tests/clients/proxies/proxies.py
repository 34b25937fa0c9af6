"""The proxies: each with the configuration that docs/deployment.md shows for it, in a folder of its own, on a free port."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

DOCUMENT = os.path.join(os.path.dirname(__file__), "../../../docs/deployment.md")
SERVER = "127.0.0.1:8080"  # the document's


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def blocks(heading):
    """The blocks of code below a heading of the document."""
    with open(DOCUMENT, encoding="utf-8") as document:
        section = re.search(rf"^###? {re.escape(heading)}\n(.*?)(?=^##|\Z)", document.read(), re.S | re.M)
    return re.findall(r"^```\w+\n(.*?)^```$", section.group(1), re.S | re.M)


class Proxy:
    """One that can be started: subclasses say how. `mark` is a field that it adds to each request that it knows of."""
    name = program = ""
    mark = "x-forwarded-for"
    can_unix = True
    can_upgrade = True
    dropped = ()  # methods whose content it leaves out
    completes_broken_content = False  # content that it cannot read reaches the server as if it had ended
    heading = None

    def __init__(self, folder, port, path=None):
        self.folder = os.path.join(folder, self.program + ("-unix" if path else "") + f"-{port}")
        self.server_port, self.path = port, path
        self.port = free_port()
        self.process = None

    @classmethod
    def is_installed(cls):
        return shutil.which(cls.program) is not None

    @property
    def label(self):
        return self.name + (" (Unix socket)" if self.path else "")

    def replaced(self, text, *pairs):
        for old, new in pairs:
            if old not in text:
                raise SystemExit(f"docs/deployment.md has no {old!r} for {self.name}")
            text = text.replace(old, new)
        return text

    def write(self, file, text):
        path = os.path.join(self.folder, file)
        with open(path, "w", encoding="utf-8") as output:
            output.write(text)
        return path

    def server(self, tcp, unix):
        return unix.format(path=self.path) if self.path else tcp.format(port=self.server_port)

    def start(self):
        os.makedirs(self.folder)
        os.chmod(self.folder, 0o777)  # for those that become another user when root starts them
        command, environment = self.configure(blocks(self.heading or self.name)), dict(os.environ, **self.environment())
        with open(os.path.join(self.folder, "output"), "wb") as output:
            self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        with open(os.path.join(self.folder, "output"), errors="replace") as output:
            raise SystemExit(f"{self.label} does not start:\n{output.read()}")

    def environment(self):
        return {}

    def stop(self):
        """Ends the process that was started and its children, which are a group."""
        if self.process is None:
            return
        for way in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, way)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass


class Nginx(Proxy):
    name = program = "nginx"
    heading = "Behind a proxy"

    def configure(self, texts):
        text = self.replaced(texts[0], (SERVER, self.server("127.0.0.1:{port}", "unix:{path}")),
                             ("listen 80;", f"listen 127.0.0.1:{self.port};"))
        kinds = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file = self.write("nginx.conf", f"daemon off;\nmaster_process off;\npid {self.folder}/pid;\nerror_log {self.folder}/errors;\n"
                          f"events {{ worker_connections 1000; }}\nhttp {{\naccess_log off;\n{kinds}{text}}}\n")
        return ["nginx", "-p", self.folder, "-c", file]


class Apache(Proxy):
    name, program = "Apache", "apache2"

    def configure(self, texts):
        text = self.replaced(texts[0], ("*:80", f"127.0.0.1:{self.port}"),
                             (f"http://{SERVER}/", self.server("http://127.0.0.1:{port}/", "unix:{path}|http://my-app/")))
        modules = "".join(f"LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n"
                          for module in ("mpm_event", "authz_core", "proxy", "proxy_http", "headers"))
        user = "User nobody\nGroup nogroup\n" if os.geteuid() == 0 else ""
        file = self.write("apache.conf", f"ServerRoot {self.folder}\nPidFile {self.folder}/pid\nErrorLog {self.folder}/errors\n"
                          f"DefaultRuntimeDir {self.folder}\nMutex file:{self.folder}\n"
                          f"ServerName localhost\n{user}{modules}Listen 127.0.0.1:{self.port}\n{text}")
        return ["apache2", "-DFOREGROUND", "-f", file]


class HaProxy(Proxy):
    name, program = "HAProxy", "haproxy"

    def configure(self, texts):
        text = self.replaced(texts[0], ("bind :80", f"bind 127.0.0.1:{self.port}"),
                             (SERVER, self.server("127.0.0.1:{port}", "unix@{path}")))
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", f"global\n    maxconn 500\n{text}")]


class H2o(Proxy):
    name = program = "h2o"

    def configure(self, texts):
        text = self.replaced(texts[0], ("listen: 80", f"listen:\n  host: 127.0.0.1\n  port: {self.port}"),
                             (SERVER, self.server("127.0.0.1:{port}", "[unix:{path}]")))
        user = "user: nobody\n" if os.geteuid() == 0 else ""
        return ["h2o", "-m", "worker", "-c", self.write("h2o.yaml", f"{user}temp-buffer-path: {self.folder}\n{text}")]


class Nghttpx(Proxy):
    name = program = "nghttpx"

    def configure(self, texts):
        text = self.replaced(texts[0], ("*,80", f"127.0.0.1,{self.port}"), ("127.0.0.1,8080", self.server("127.0.0.1,{port}", "unix:{path}")))
        return ["nghttpx", "--conf=" + self.write("nghttpx.conf", text), "--workers=1", f"--errorlog-file={self.folder}/errors"]


class Squid(Proxy):
    name, program = "Squid", "squid"
    can_unix = False

    def configure(self, texts):
        text = self.replaced(texts[0], ("http_port 80", f"http_port 127.0.0.1:{self.port}"), ("parent 8080", f"parent {self.server_port}"))
        file = self.write("squid.conf", f"{text}pid_filename {self.folder}/pid\naccess_log none\ncache_log {self.folder}/log\n"
                          f"coredump_dir {self.folder}\ncache_store_log none\nshutdown_lifetime 0 seconds\npinger_enable off\n"
                          f"netdb_filename none\n")
        return ["squid", "-N", "-f", file]


class Varnish(Proxy):
    name, program = "Varnish", "varnishd"
    dropped = ("GET",)
    completes_broken_content = True  # with a chunk extension, say; the client gets a 503

    def configure(self, texts):
        where = self.server('.host = "127.0.0.1";\n    .port = "{port}";', '.path = "{path}";')
        text = self.replaced(texts[0], ('.host = "127.0.0.1";\n    .port = "8080";', where))
        return ["varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{self.port}", "-n", f"{self.folder}/n", "-s", "malloc,16m",
                "-f", self.write("default.vcl", text)]


class Lighttpd(Proxy):
    name = program = "lighttpd"

    def configure(self, texts):
        text = self.replaced(texts[0], ("server.port = 80", f'server.bind = "127.0.0.1"\nserver.port = {self.port}'),
                             ('"host" => "127.0.0.1", "port" => 8080',
                              self.server('"host" => "127.0.0.1", "port" => {port}', '"socket" => "{path}"')))
        file = self.write("lighttpd.conf", f'{text}server.errorlog = "{self.folder}/errors"\nserver.upload-dirs = ( "{self.folder}" )\n')
        return ["lighttpd", "-D", "-f", file]


class TrafficServer(Proxy):
    name, program = "Traffic Server", "traffic_server"
    can_unix = False

    def configure(self, texts):
        etc = os.path.join(self.folder, "etc")
        os.makedirs(etc)
        directories = {"sysconfdir": etc, "localstatedir": self.folder, "runtimedir": self.folder, "logdir": self.folder,
                       "cachedir": self.folder, "prefix": self.folder, "exec_prefix": self.folder, "bindir": "/usr/bin",
                       "sbindir": "/usr/sbin", "datadir": self.folder, "includedir": self.folder, "libdir": "/usr/lib/trafficserver",
                       "libexecdir": "/usr/lib/trafficserver/modules", "mandir": self.folder}
        self.write("runroot.yaml", "".join(f"{name}: {path}\n" for name, path in directories.items()))
        records = self.replaced(texts[0], ("server_ports STRING 80", f"server_ports STRING {self.port}:ip-in=127.0.0.1"))
        self.write("etc/records.config", records + "CONFIG proxy.config.log.logging_enabled INT 0\n"
                   "CONFIG proxy.config.admin.user_id STRING #-1\nCONFIG proxy.config.crash_log_helper STRING NULL\nCONFIG proxy.config.exec_thread.autoconfig INT 0\n"
                   "CONFIG proxy.config.exec_thread.limit INT 2\n")
        self.write("etc/remap.config", self.replaced(texts[1], (SERVER, f"127.0.0.1:{self.server_port}")))
        self.write("etc/ip_allow.yaml", "ip_allow:\n  - {apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL}\n"
                   "  - {apply: out, ip_addrs: 127.0.0.1, action: allow, methods: ALL}\n")
        self.write("etc/storage.config", "")
        return ["traffic_server"]

    def environment(self):
        return {"TS_RUNROOT": os.path.join(self.folder, "runroot.yaml")}


ALL = [Nginx, Apache, HaProxy, H2o, Nghttpx, Squid, Varnish, Lighttpd, TrafficServer]
