// SPDX-License-Identifier: GPL-2.0
#include "lib/run_worker.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/recording.h"
#include "lib/run_lab.h"
#include "lib/sandbox.h"
#include "lib/text.h"

namespace netswap {

namespace {

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

SupervisedRun failed_run(const RunTask &task, const Error &error) {
    SupervisedRun run;
    auto &record = run.record;
    record.arm = task.plan.arm.name;
    record.run = task.plan.run;
    record.seed = task.plan.seed;
    record.params = task.plan.params;
    record.verdict = Verdict::error;
    record.message = error.message;
    record.log = task.log_directory;
    return run;
}

} // namespace

std::string progress_line(const RunProgress &progress) {
    const nlohmann::json line = {{"progress",
                                  {{"phase", progress.phase},
                                   {"touched", progress.touched},
                                   {"pswpout", progress.pswpout}}}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string record_line(const SupervisedRun &run) {
    auto tests = nlohmann::json::array();
    for (const auto &test : run.tests)
        tests.push_back({{"suite", test.suite},
                         {"name", test.name},
                         {"ok", test.ok},
                         {"skip", test.skip},
                         {"detail", test.detail}});
    const nlohmann::json line = {{"record", run.record}, {"tests", std::move(tests)}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

SupervisedRun perform_run(const RunTask &task,
                          const std::function<void(const RunProgress &)> &progress) {
    SupervisorOptions options;
    options.plan = task.plan;
    const auto &checkers = task.artefacts.checkers;
    auto orders = task.orders;
    orders.patience = checkers.patience();
    options.config_line = guest_config_line(task.plan, orders);
    options.hello_limit_s *= checkers.patience();
    options.check_state = task.check_state;
    options.progress = progress;

    const SystemClock clock;
    RunLab lab(task, clock);
    if (auto ok = write_file(lab.path("config.json"), options.config_line); !ok)
        return failed_run(task, ok.error());
    if (task.plan.params.recorded) {
        if (auto ok = lab.prepare_recording(options.config_line); !ok)
            return failed_run(task, ok.error());
        options.config_line.clear();
    }
    const Fd channel_log = lab.open_log(Recording::channel_name);
    options.channel_log = [&](std::string_view line) {
        write_all(channel_log.get(), std::string(line) + "\n");
    };

    auto machine = lab.start();
    if (!machine)
        return failed_run(task, machine.error());
    auto rig = lab.rig(*machine);
    options.faults = &rig;
    auto hostile = lab.hostile_rig();
    options.hostile = &hostile;
    auto run = Supervisor(*machine, clock, std::move(options)).run();
    run.record.log = task.log_directory;
    run.record.checkers = checkers.names;
    if (task.plan.params.recorded)
        if (auto kept = lab.settle_recording(run, machine->last_instructions()); !kept)
            run.record.message += fmt::format(" (not recorded: {})", kept.error().message);
    return run;
}

Status try_server(const RunParams &params, const std::string &log_directory) {
    RunTask task;
    task.plan.params = params;
    task.log_directory = log_directory;
    const auto scratch = log_directory + "/scratch";
    int pipe[2];
    if ((::mkdir(scratch.c_str(), 0700) != 0 && errno != EEXIST) || ::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error(scratch, errno, exit_host));
    Fd read_end(pipe[0]), write_end(pipe[1]);
    const auto complain = [&](const Error &error) { write_all(write_end.get(), error.message); };
    const auto body = [&] {
        auto ok = mount_scratch(scratch);
        if (ok)
            ok = RunLab(task, SystemClock()).start_network();
        if (!ok)
            complain(ok.error());
        return 0;
    };
    const auto pid = start_sandbox(body, complain);
    write_end.reset();
    std::string message;
    char buffer[1024];
    for (ssize_t got = 0; pid && (got = ::read(read_end.get(), buffer, sizeof(buffer))) > 0;)
        message.append(buffer, static_cast<std::size_t>(got));
    if (pid)
        ::waitpid(*pid, nullptr, 0);
    ::rmdir(scratch.c_str());
    if (!pid)
        return tl::unexpected(pid.error());
    return message.empty() ? Status{} : fail(message, exit_host);
}

Result<pid_t> start_run(const RunTask &task, int out_fd) {
    const auto body = [&] {
        const auto run = perform_run(
            task, [&](const RunProgress &progress) { write_all(out_fd, progress_line(progress)); });
        write_all(out_fd, record_line(run));
        return 0;
    };
    const auto on_error = [&](const Error &error) {
        write_all(out_fd, record_line(failed_run(task, error)));
    };
    return start_sandbox(body, on_error);
}

} // namespace netswap
