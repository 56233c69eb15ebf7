"""``python -m bot``: run the service, or ask the running one."""

from __future__ import annotations

import argparse
import sys

from bot.client import ask, default_url


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description="惠民政策助手")
    commands = parser.add_subparsers(required=True, metavar="命令", dest="command")
    commands.add_parser("run", help="启动服务（make run）")
    commands.add_parser("train", help="助手的数据有变化时训练")
    question = commands.add_parser("ask", help="向正在运行的服务提一个问题")
    question.add_argument("text", help="问题，例如：云安区农村低保一个月多少钱")
    question.add_argument("--region", help="默认地区代码，例如 445303")
    question.add_argument("--as-of", help="按哪一天回答，例如 2019-06-30")
    question.add_argument("--url", default=default_url(), help="服务地址（默认 %(default)s）")
    args = parser.parse_args()
    if args.command == "ask":
        return ask(args.url, args.text, args.region, args.as_of)
    if args.command == "train":
        from bot import training

        try:
            print(training.train_if_needed())
        except training.TrainingFailed as error:
            print(error, file=sys.stderr)
            return 1
        return 0
    from bot import launcher

    return launcher.run()


if __name__ == "__main__":
    sys.exit(main())
